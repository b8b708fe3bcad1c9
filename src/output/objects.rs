//! Files to a store of objects of the operator's: S3 and what speaks as it does, Google Cloud
//! Storage, Azure.

use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{Attribute, BackoffConfig, ObjectStore, ObjectStoreExt as _};
use object_store::{PutOptions, PutPayload, RetryConfig};
use url::Url;

use super::Error;

/// How often a request is made again before it is left to the next round, and for how long.
const TRIES: usize = 3;
const TRIED: Duration = Duration::from_secs(30);

/// A bucket, or a part of one. Whole objects only: a reader gets the old one or the new one.
#[derive(Debug)]
pub struct Bucket {
    store: Box<dyn ObjectStore>,
    prefix: Path,
    address: String,
}

/// What is said of an object to those who get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// `Content-Type`.
    pub media_type: String,
    /// `Cache-Control`.
    pub freshness: String,
}

impl Bucket {
    /// Opens `s3://bucket/prefix`, `gs://…` or `az://…` with options as the environment names
    /// them, such as `AWS_ENDPOINT`. Nothing is asked of the store yet.
    pub fn open(url: &Url, options: &[(String, String)]) -> Result<Self, Error> {
        // Only the first in a process is taken; whoever came before chose the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let fail = |cause| Error::object("open", url.as_str(), &cause);
        let prefix = Path::from_url_path(url.path()).map_err(|why| fail(why.into()))?;
        let store = opened(url, options).map_err(fail)?;
        Ok(Self { store, prefix, address: url.as_str().trim_end_matches('/').to_owned() })
    }

    /// Puts an object in its place.
    pub async fn put(&self, path: &str, bytes: Vec<u8>, words: &Words) -> Result<(), Error> {
        let mut how = PutOptions::default();
        how.attributes.insert(Attribute::ContentType, words.media_type.clone().into());
        how.attributes.insert(Attribute::CacheControl, words.freshness.clone().into());
        let put = self.store.put_opts(&self.place(path)?, PutPayload::from(bytes), how).await;
        put.map(|_| ()).map_err(|cause| self.fail("put", path, &cause))
    }

    /// Takes an object away; that it is not there is no error.
    pub async fn remove(&self, path: &str) -> Result<(), Error> {
        match self.store.delete(&self.place(path)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(cause) => Err(self.fail("remove", path, &cause)),
        }
    }

    fn place(&self, path: &str) -> Result<Path, Error> {
        let whole = match self.prefix.as_ref() {
            "" => path.to_owned(),
            prefix => format!("{prefix}/{path}"),
        };
        Path::parse(whole).map_err(|why| self.fail("put", path, &why.into()))
    }

    fn fail(&self, doing: &'static str, path: &str, cause: &object_store::Error) -> Error {
        Error::object(doing, &format!("{}/{path}", self.address), cause)
    }
}

fn opened(
    url: &Url,
    options: &[(String, String)],
) -> Result<Box<dyn ObjectStore>, object_store::Error> {
    let retry = RetryConfig {
        max_retries: TRIES,
        retry_timeout: TRIED,
        backoff: BackoffConfig { init_backoff: Duration::from_millis(200), ..Default::default() },
    };
    let options = options.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    match url.scheme() {
        "s3" => {
            let mut builder = AmazonS3Builder::new().with_url(url.as_str());
            for (name, value) in options {
                if let Ok(key) = name.parse() {
                    builder = builder.with_config(key, value);
                }
            }
            // Each object is removed by itself, as every store that speaks so understands it.
            let builder = builder.with_retry(retry).with_disable_bulk_delete(true);
            Ok(Box::new(builder.build()?))
        }
        "gs" => {
            let mut builder = GoogleCloudStorageBuilder::new().with_url(url.as_str());
            for (name, value) in options {
                if let Ok(key) = name.parse() {
                    builder = builder.with_config(key, value);
                }
            }
            Ok(Box::new(builder.with_retry(retry).build()?))
        }
        _ => {
            let mut builder = MicrosoftAzureBuilder::new().with_url(url.as_str());
            for (name, value) in options {
                if let Ok(key) = name.parse() {
                    builder = builder.with_config(key, value);
                }
            }
            Ok(Box::new(builder.with_retry(retry).build()?))
        }
    }
}
