//! Where a share page can be passed on to: plain links that need no script.

use serde::Serialize;

use crate::publish::address::encode;
use crate::publish::words::Words;

/// A link that opens somebody's share form, filled in.
#[derive(Debug, Serialize)]
pub(super) struct Target {
    pub name: &'static str,
    pub href: String,
}

/// The share forms: those most used in the site's language first.
pub(super) fn targets(words: &Words, title: &str, url: &str, image: Option<&str>) -> Vec<Target> {
    // A mail's subject ends at a line break, so none may be in it.
    let title = title.split(char::is_control).collect::<Vec<_>>().join(" ");
    let (title, url) = (encode(&title), encode(url));
    let china = china(words, &title, &url, image);
    let world = world(words, &title, &url);
    if words.language.starts_with("zh") {
        china.into_iter().chain(world).collect()
    } else {
        world.into_iter().chain(china).collect()
    }
}

fn china(words: &Words, title: &str, url: &str, image: Option<&str>) -> [Target; 3] {
    let image = |name: &str| image.map_or_else(String::new, |at| format!("&{name}={}", encode(at)));
    let weibo = "https://service.weibo.com/share/share.php";
    let qq = "https://connect.qq.com/widget/shareqq/index.html";
    let qzone = "https://sns.qzone.qq.com/cgi-bin/qzshare/cgi_qzshare_onekey";
    [
        target(words.weibo, format!("{weibo}?url={url}&title={title}{}", image("pic"))),
        target("QQ", format!("{qq}?url={url}&title={title}{}", image("pics"))),
        target(words.qzone, format!("{qzone}?url={url}&title={title}{}", image("pics"))),
    ]
}

fn world(words: &Words, title: &str, url: &str) -> [Target; 7] {
    [
        target("Telegram", format!("https://t.me/share/url?url={url}&text={title}")),
        target("X", format!("https://x.com/intent/post?url={url}&text={title}")),
        target(
            "Mastodon (mastodon.social)",
            format!("https://mastodon.social/share?text={title}%20{url}"),
        ),
        target("Bluesky", format!("https://bsky.app/intent/compose?text={title}%20{url}")),
        target("WhatsApp", format!("https://wa.me/?text={title}%20{url}")),
        target("Facebook", format!("https://www.facebook.com/sharer.php?u={url}")),
        target(words.email, format!("mailto:?subject={title}&body={url}")),
    ]
}

fn target(name: &'static str, href: String) -> Target {
    Target { name, href }
}
