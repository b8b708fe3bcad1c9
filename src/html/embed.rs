//! Sound, video and frames: what plays stays, what frames a known video host becomes a link.

use scraper::ElementRef;
use scraper::node::Element as Foreign;
use url::Url;

use super::tree::{Element, Node};
use super::{address, read};

/// Hosts whose frames hold a video or sound; `www.` and subdomains of them count too.
const HOSTS: &[&str] = &[
    "youtube.com",
    "youtube-nocookie.com",
    "youtu.be",
    "vimeo.com",
    "dailymotion.com",
    "twitch.tv",
    "bilibili.com",
    "v.qq.com",
    "youku.com",
    "ixigua.com",
    "soundcloud.com",
    "spotify.com",
    "bandcamp.com",
    "framatube.org",
    "vk.com",
    "ted.com",
    "music.163.com",
    "podcasts.apple.com",
];

/// `video` or `audio` with an address of its own or of a `source`; else nothing.
pub(super) fn media(
    mut kept: Element,
    found: ElementRef<'_>,
    base: Option<&Url>,
) -> Option<Element> {
    let late = found.value().attr("data-src").and_then(|raw| address::media(raw, base));
    if let (None, Some(src)) = (kept.attribute("src"), late) {
        kept.set("src", src);
    }
    let mut inside = Vec::new();
    read::children(found, base, &mut inside);
    kept.children = inside.into_iter().filter(|node| node.is("source")).collect();
    kept.set("controls", String::new());
    kept.set("preload", "none".to_owned());
    (kept.attribute("src").is_some() || !kept.children.is_empty()).then_some(kept)
}

/// A link to what the frame would show, if its host is known.
pub(super) fn frame(found: &Foreign, base: Option<&Url>) -> Option<Element> {
    let raw = ["data-src", "data-lazy-src", "src"].iter().find_map(|name| found.attr(name))?;
    let url = Url::parse(&address::media(raw, base)?).ok()?;
    let host = url.host_str()?.to_owned();
    let known = HOSTS.iter().any(|known| {
        host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    if !known {
        return None;
    }
    let title = found.attr("title").map(str::trim).filter(|title| !title.is_empty());
    let text = title.unwrap_or(host.strip_prefix("www.").unwrap_or(&host)).to_owned();
    let mut link = Element::new("a", vec![Node::Text(format!("▶ {text}"))]);
    link.set("href", address::link(watch(&url).as_deref().unwrap_or(url.as_str()), None)?);
    Some(Element::new("div", vec![Node::Element(link)]))
}

/// The page where people watch what a player's address plays.
fn watch(url: &Url) -> Option<String> {
    let last = url.path_segments()?.rfind(|part| !part.is_empty())?;
    let query =
        |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
    match url.host_str()?.trim_start_matches("www.") {
        "youtube.com" | "youtube-nocookie.com" if url.path().starts_with("/embed/") => {
            Some(format!("https://www.youtube.com/watch?v={last}"))
        }
        "player.vimeo.com" => Some(format!("https://vimeo.com/{last}")),
        "dailymotion.com" => Some(format!("https://www.dailymotion.com/video/{last}")),
        "player.bilibili.com" => {
            let id = query("bvid").or_else(|| query("aid").map(|aid| format!("av{aid}")))?;
            Some(format!("https://www.bilibili.com/video/{id}"))
        }
        "v.qq.com" => Some(format!("https://v.qq.com/x/page/{}.html", query("vid")?)),
        "player.youku.com" => Some(format!("https://v.youku.com/v_show/id_{last}.html")),
        _ => None,
    }
}
