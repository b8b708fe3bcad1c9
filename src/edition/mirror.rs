//! The published files to another place: a bucket, or a second folder. Only what differs from what
//! was put there last is put again, and only what we put there is taken away.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use futures_util::stream;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Done, blocking};
use crate::model::File;
use crate::output::{Bucket, Folder, Words};
use crate::serve::{self, Rules};
use crate::store::{Copy, Store};

/// Objects that are on their way at a time.
const AT_ONCE: usize = 16;
/// Files after which it is remembered that they are there.
const STEP: usize = 256;

/// Where files are put besides the published folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A folder of its own.
    Folder(PathBuf),
    /// `s3://bucket/prefix`, `gs://…` or `az://…`.
    Bucket(Url),
}

impl Target {
    /// The name by which it is remembered what stands there; for people, too.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(dir) => {
                std::path::absolute(dir).unwrap_or_else(|_| dir.clone()).display().to_string()
            }
            Self::Bucket(url) => url.as_str().trim_end_matches('/').to_owned(),
        }
    }
}

/// What is needed to copy.
#[derive(Clone, Copy)]
pub struct Mirror<'m> {
    /// What is published, and what was copied.
    pub store: &'m Store,
    /// How the files are served, and where they are.
    pub rules: &'m Rules,
    /// What the environment says of stores of objects.
    pub options: &'m [(String, String)],
}

/// The place, opened.
enum Place {
    Folder(Arc<Folder>),
    Bucket(Bucket),
}

impl Mirror<'_> {
    /// Puts there what differs, and takes away what is ours and published no more. What fails is
    /// still to be done, and done by the next call; with `doubt` everything is put again.
    pub async fn copy(&self, target: &Target, doubt: bool) -> anyhow::Result<Done> {
        let name = target.name();
        self.copy_to(target, &name, doubt).await.with_context(|| format!("copy to `{name}`"))
    }

    async fn copy_to(&self, target: &Target, name: &str, doubt: bool) -> anyhow::Result<Done> {
        let place = Place::open(target, self.options).await?;
        let rules = self.freshness_of(name);
        let is_new = self.store.meta(&rules.0).await?.as_ref() != Some(&rules.1);
        if doubt || is_new {
            self.store.doubt_copies(name, None).await?;
        }
        let done = self.bring(&place, name).await?;
        self.store.set_meta(&rules.0, &rules.1).await?;
        Ok(done)
    }

    async fn bring(&self, place: &Place, name: &str) -> anyhow::Result<Done> {
        let mut files = self.store.lacking(name).await?;
        if self.doubt_followed(name, &files).await? {
            files = self.store.lacking(name).await?;
        }
        files.sort_by_key(|file| rank(&file.path));
        let mut done = Done::default();
        let ranks = files.chunk_by(|one, next| rank(&one.path) == rank(&next.path));
        for some in ranks.flat_map(|files| files.chunks(STEP)) {
            let (put, fault) = self.put(place, some).await;
            done.written += put.len();
            self.store.copied(name, &put).await?;
            fault.map_or(Ok(()), Err)?;
        }
        for path in self.store.left_over(name).await? {
            place.remove(&path).await?;
            self.store.uncopied(name, &[&path]).await?;
            done.removed += 1;
        }
        place.settle().await?;
        Ok(done)
    }

    /// Archive documents that got a successor may be kept for ever from now on, and that is to be
    /// said of them.
    async fn doubt_followed(&self, name: &str, files: &[Copy]) -> anyhow::Result<bool> {
        let before = files.iter().filter_map(|file| serve::preceding(self.rules, &file.path));
        let before: Vec<String> = before.collect();
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        if !before.is_empty() {
            self.store.doubt_copies(name, Some(&before)).await?;
        }
        Ok(!before.is_empty())
    }

    /// Puts some files there, and tells which came there before the first that did not.
    async fn put(&self, place: &Place, files: &[Copy]) -> (Vec<Copy>, Option<anyhow::Error>) {
        let mut under_way = stream::iter(files)
            .map(|file| async move { (file, self.put_one(place, file).await) })
            .buffered(AT_ONCE);
        let mut put = Vec::new();
        while let Some((file, ended)) = under_way.next().await {
            match ended {
                Ok(true) => put.push(file.clone()),
                // Changed since: it is published anew, and comes with the next round.
                Ok(false) => {}
                Err(fault) => return (put, Some(fault)),
            }
        }
        (put, None)
    }

    async fn put_one(&self, place: &Place, file: &Copy) -> anyhow::Result<bool> {
        let (root, path, digest) = (self.rules.root.clone(), file.path.clone(), file.digest);
        let found = blocking(move || read(&root, path, digest)).await??;
        let Some(found) = found else { return Ok(false) };
        match place {
            Place::Folder(folder) => {
                let folder = Arc::clone(folder);
                blocking(move || folder.write(&found, None)).await??;
            }
            Place::Bucket(bucket) => {
                let (media_type, freshness) = serve::said(self.rules, &file.path);
                let words = Words { media_type: media_type.to_owned(), freshness };
                bucket.put(&file.path, found.bytes, &words).await?;
            }
        }
        Ok(true)
    }

    /// A name and a print of what is said of files.
    fn freshness_of(&self, name: &str) -> (String, String) {
        (format!("mirror {name}"), serve::said(self.rules, "all.atom").1)
    }
}

impl Place {
    async fn open(target: &Target, options: &[(String, String)]) -> anyhow::Result<Self> {
        match target {
            Target::Folder(dir) => {
                let dir = dir.clone();
                Ok(Self::Folder(Arc::new(blocking(move || Folder::open(&dir)).await??)))
            }
            Target::Bucket(url) => Ok(Self::Bucket(Bucket::open(url, options)?)),
        }
    }

    async fn remove(&self, path: &str) -> anyhow::Result<()> {
        match self {
            Self::Bucket(bucket) => Ok(bucket.remove(path).await?),
            Self::Folder(folder) => {
                let (folder, path) = (Arc::clone(folder), path.to_owned());
                Ok(blocking(move || folder.remove(&path)).await??)
            }
        }
    }

    async fn settle(&self) -> anyhow::Result<()> {
        let Self::Folder(folder) = self else { return Ok(()) };
        let folder = Arc::clone(folder);
        Ok(blocking(move || folder.sync()).await??)
    }
}

/// A published file, if it still is what it was.
fn read(root: &Path, path: String, digest: [u8; 32]) -> anyhow::Result<Option<File>> {
    let place = root.join(&path);
    let fail = || format!("cannot read `{}`", place.display());
    let bytes = std::fs::read(&place).with_context(fail)?;
    if Sha256::digest(&bytes).as_slice() != digest {
        return Ok(None);
    }
    let modified: SystemTime =
        std::fs::metadata(&place).and_then(|it| it.modified()).with_context(fail)?;
    Ok(Some(File { path, media_type: "", bytes, modified: Some(modified.into()) }))
}

/// Nobody is sent to a file that is not there yet: parts of pages, share pages, archives, then the
/// documents that lead to these, then the pages that lead to those.
fn rank(path: &str) -> u8 {
    match path.split_once('/') {
        Some(("share", _)) => 1,
        Some(("archive", _)) => 2,
        Some(_) => 3,
        None if path.starts_with("all.") => 4,
        None if path == "index.html" || path == "opml.xml" => 5,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn what_leads_somewhere_comes_after_it() {
        let order = ["style.css", "share/a.html", "archive/tech/1.atom", "category/tech.atom"];
        let order = order.into_iter().chain(["all.atom", "index.html"]);
        let ranks: Vec<u8> = order.map(rank).collect();
        assert_eq!(ranks, [0, 1, 2, 3, 4, 5]);
    }
}
