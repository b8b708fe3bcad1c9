//! A file as it is sent: its bytes in every coding, and the headers that go with them.

use std::fmt::Write;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::HeaderValue;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use super::coding::{self, Coding};
use super::conditional;
use super::media::{self, Media};

/// A file as it is sent. Codings are made when they are asked for first, once for each content.
pub(super) struct Content {
    /// Half of the SHA-256 in hexadecimal: enough that no two contents share it.
    pub digest: String,
    /// What it is.
    pub media: Media,
    /// Time of the last change on disk.
    pub modified: DateTime<Utc>,
    /// The same as a header has it.
    pub last_modified: HeaderValue,
    /// Whether it is one of a row of numbered files, and not the last.
    pub is_followed: bool,
    /// `Link`, once somebody has said what it is.
    pub link: OnceLock<Option<HeaderValue>>,
    plain: Form,
    packed: [OnceCell<Option<Form>>; 3],
}

/// The bytes in one coding.
pub(super) struct Form {
    /// The coding.
    pub coding: Coding,
    /// The bytes.
    pub bytes: Bytes,
    /// A strong entity tag: it tells the content and the coding, not the time or the file.
    pub tag: HeaderValue,
    /// `Content-Length`.
    pub length: HeaderValue,
}

impl Content {
    /// The content of a file, which is one of a row of numbered ones and not the last, or not.
    pub(super) fn new(path: &str, bytes: Vec<u8>, modified: SystemTime, is_followed: bool) -> Self {
        let digest = digest(&bytes);
        let modified = modified.into();
        let plain = Form::new(Coding::Identity, Bytes::from(bytes.into_boxed_slice()), &digest);
        Self {
            digest,
            media: media::of(path),
            modified,
            last_modified: value(&conditional::http_date(modified)),
            is_followed,
            link: OnceLock::new(),
            plain,
            packed: [const { OnceCell::const_new() }; 3],
        }
    }

    /// Whether there are tags of this content in a coding.
    pub(super) fn may_be(&self, coding: Coding) -> bool {
        let packs = self.media.text && self.plain.bytes.len() >= coding::WORTHWHILE;
        coding == Coding::Identity || packs
    }

    /// Whether it is known what a coding makes of it.
    pub(super) fn has(&self, coding: Coding) -> bool {
        !self.may_be(coding) || self.cell(coding).is_none_or(OnceCell::initialized)
    }

    /// The bytes in a coding, or as they are where that coding gains nothing. However many ask at
    /// once, they are compressed once, and off the threads that answer.
    pub(super) async fn form(self: &Arc<Self>, coding: Coding) -> &Form {
        let Some(cell) = self.cell(coding).filter(|_| self.may_be(coding)) else {
            return &self.plain;
        };
        let pack = || async {
            let content = Arc::clone(self);
            let packed = spawn_blocking(move || content.pack(coding)).await;
            packed.unwrap_or_default()
        };
        cell.get_or_init(pack).await.as_ref().unwrap_or(&self.plain)
    }

    /// The bytes as they are.
    pub(super) fn plain(&self) -> &Form {
        &self.plain
    }

    /// The tag of this content in a coding, whether anybody has asked for that yet or not.
    pub(super) fn tag(&self, coding: Coding) -> HeaderValue {
        tag(&self.digest, coding)
    }

    /// How much memory it takes.
    pub(super) fn weight(&self) -> usize {
        let packed = self.packed.iter().filter_map(|cell| cell.get()?.as_ref());
        self.plain.bytes.len() + packed.map(|form| form.bytes.len()).sum::<usize>()
    }

    fn cell(&self, coding: Coding) -> Option<&OnceCell<Option<Form>>> {
        self.packed.get((coding as usize).checked_sub(1)?)
    }

    fn pack(&self, coding: Coding) -> Option<Form> {
        let bytes = coding::pack(coding, &self.plain.bytes)?;
        Some(Form::new(coding, bytes, &self.digest))
    }
}

impl Form {
    fn new(coding: Coding, bytes: Bytes, digest: &str) -> Self {
        let length = HeaderValue::from(bytes.len());
        Self { coding, bytes, tag: tag(digest, coding), length }
    }
}

/// The tag of a content in a coding.
pub(super) fn tag(digest: &str, coding: Coding) -> HeaderValue {
    value(&format!("\"{digest}{}\"", coding.suffix()))
}

/// A text of our own, which any header can hold.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Half of the SHA-256 in hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(32);
    for byte in Sha256::digest(bytes).iter().take(16) {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
