//! What is said of files that somebody else serves: the same as here.

use super::Rules;
use super::freshness::Freshness;
use super::media;
use super::shelf::{follower, is_there};

/// `Content-Type` and `Cache-Control` of a file of the folder.
pub fn said(rules: &Rules, path: &str) -> (&'static str, String) {
    let is_followed = follower(path).is_some_and(|next| is_there(&rules.root, &next));
    let freshness = Freshness::new(rules).of(path, is_followed, None);
    (media::of(path).name, freshness.to_str().unwrap_or_default().to_owned())
}

/// The lasting file that a file is the successor of, if it is one.
pub fn preceding(rules: &Rules, path: &str) -> Option<String> {
    if !rules.lasting.iter().any(|beginning| path.starts_with(beginning.as_str())) {
        return None;
    }
    let (folder, name) = path.rsplit_once('/')?;
    let (number, extension) = name.split_once('.')?;
    let before = number.parse::<u32>().ok()?.checked_sub(1).filter(|before| *before > 0)?;
    Some(format!("{folder}/{before}.{extension}"))
}

#[cfg(test)]
mod tests {
    use super::{Rules, preceding};

    #[test]
    fn numbered_files_have_predecessors() {
        let mut rules = Rules::new("feeds");
        rules.lasting = vec!["archive/".to_owned()];
        let check = |path, expect: Option<&str>| {
            assert_eq!(preceding(&rules, path).as_deref(), expect, "{path}");
        };
        check("archive/tech/3.atom", Some("archive/tech/2.atom"));
        check("archive/2.html", Some("archive/1.html"));
        check("archive/1.html", None);
        check("archive/x.html", None);
        check("category/3.atom", None);
    }
}
