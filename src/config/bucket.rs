//! Where files are published: a folder, or a store of objects such as S3.

use std::path::PathBuf;

use url::Url;

/// A place for published files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder.
    Folder(PathBuf),
    /// A bucket, or a part of one: `s3://…`, `gs://…`, `az://…`.
    Bucket(Url),
}

/// What a text means: an address, or the path of a folder. Else what is wrong with it, and a hint.
pub fn place(text: &str) -> Result<Place, (String, &'static str)> {
    if !text.contains("://") {
        return Ok(Place::Folder(PathBuf::from(text)));
    }
    let known = "write a folder, or s3://bucket/prefix, gs://… or az://…";
    let Ok(url) = Url::parse(text) else {
        return Err(("this is no folder and no address".to_owned(), known));
    };
    let bare = url.username().is_empty() && url.password().is_none();
    match url.scheme() {
        "file" if url.host().is_none() => match url.to_file_path() {
            Ok(dir) => Ok(Place::Folder(dir)),
            Err(()) => Err((format!("`{text}` is no folder"), known)),
        },
        "s3" | "gs" | "az" if !bare || url.query().is_some() || url.fragment().is_some() => {
            // The text is not told back: there may be a key in it.
            let what = "the address of a bucket is followed by nothing, and bears no credentials";
            Err((what.to_owned(), "give credentials in the environment, as AWS_ACCESS_KEY_ID"))
        }
        "s3" | "gs" | "az" if url.has_host() => Ok(Place::Bucket(url)),
        "s3" | "gs" | "az" => Err((format!("`{text}` names no bucket"), known)),
        other => Err((format!("files cannot be published to `{other}://`"), known)),
    }
}
