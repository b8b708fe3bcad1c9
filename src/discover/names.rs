//! What a class or an id tells: whether it will last, and which part of a page it speaks of.

/// How well a class or an id serves in a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lasting {
    /// A word about the content: `news-list`, `title`.
    Word,
    /// Some other name that a person gave.
    Plain,
    /// A word about the looks: `mt-4`, `col-md-6`.
    Looks,
    /// A name that a program gave, and will give anew: `css-1x2y3z`.
    Generated,
    /// A name that comes and goes: `active`, `odd`, `post-1234`.
    Passing,
}

/// Words of lists and their items.
const CONTENT: &str = "archive article articles blog bulletin card changelog content contents entries entry \
    excerpt feed headline hentry item items latest lb list listing lists main new news \
    newslist notice notices post posts press primary product products release releases \
    result results row stories story stream subject summary teaser thread threads time \
    timeline title topic topics update updates xw tz gg";

/// Words of the parts of a page that are not what it is about.
const BESIDE: &str = "ad ads advert advertisement archives aside banner blogroll breadcrumb breadcrumbs \
    calendar carousel cart categories cloud comment comments cookie copyright crumb crumbs \
    dropdown facet facets filter filters foot footer friend friends friendlink footlink \
    header hot hots hotlist lang langs language languages links login masthead menu mostread \
    nav navbar navi navigation pager pages pagination paging partner partners popular promo \
    promoted quick rank ranking ranklist ranks recommend recommended related share sharing \
    side sidebar sidenav sitemap skip slide slider social sponsor sponsored subnav subscribe \
    swiper switch switcher tag tagcloud tags toolbar top10 topbar toplist topnav trending \
    widget widgets yqlj phb";

/// Words of a state, or of a place in a row.
const PASSING: &str = "active alt animated cf clear clearfix cur current even fade first fix fl focus fr hidden \
    hide hover is last lazy lazyload lazyloaded left no odd off on open pinned right \
    selected show sticky top unread visible visited wow";

/// First words of names that say how something looks.
const LOOKS: &str = "absolute align bg block border bottom center col cols column columns container cursor d \
    display duration flex float font gap grid group h inline items justify leading line lg m \
    mb md media ml mr mt mx my object opacity order overflow p pb pl pr pt pull px py \
    relative ring rounded row self shadow size sm space static table text tracking \
    transition truncate uk underline w wrap xl xs z";

/// Words above a list that is a ranking, or is about something else.
const OTHER_LISTS: &[&str] = &[
    "热门",
    "热点排行",
    "排行",
    "榜",
    "推荐",
    "相关",
    "最热",
    "点击",
    "热文",
    "猜你",
    "标签",
    "友情链接",
    "热搜",
    "專題",
    "most read",
    "most viewed",
    "popular",
    "trending",
    "related",
    "recommended",
    "editor",
    "tags",
    "categories",
    "archives",
    "comments",
    "blogroll",
    "you may",
    "sponsored",
    "best seller",
    "quick links",
    "top stories",
    "follow us",
    "elsewhere",
    "ランキング",
    "人気",
];

/// The words in a name: `newsList_item-2` is `news`, `list`, `item`, `2`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in name.chars().take(80) {
        let joined = c.is_alphanumeric()
            && last.is_alphanumeric()
            && !(c.is_uppercase() && last.is_lowercase());
        match words.last_mut() {
            Some(word) if joined => word.extend(c.to_lowercase()),
            _ if c.is_alphanumeric() => words.push(c.to_lowercase().collect()),
            _ => {}
        }
        last = c;
    }
    words
}

/// How long a name is likely to last.
pub(super) fn lasting(name: &str) -> Lasting {
    let words = words(name);
    let first = words.first().map(String::as_str).unwrap_or_default();
    if name.len() > 60 || words.is_empty() || is_passing(name, &words) {
        Lasting::Passing
    } else if is_generated(name) {
        Lasting::Generated
    } else if is_looks(name, first, words.len()) {
        Lasting::Looks
    } else if words.iter().any(|word| is_in(word.trim_end_matches(is_digit), CONTENT)) {
        Lasting::Word
    } else {
        Lasting::Plain
    }
}

/// Whether a word stands in a list of words.
fn is_in(word: &str, list: &str) -> bool {
    list.split_ascii_whitespace().any(|one| one == word)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_passing(name: &str, words: &[String]) -> bool {
    let digits = name.len() - name.trim_end_matches(is_digit).len();
    let numbered = digits >= 3 || (digits == name.len());
    numbered || words.iter().all(|word| is_in(word, PASSING))
}

fn is_looks(name: &str, first: &str, words: usize) -> bool {
    name.contains([':', '/', '[', '.', '!'])
        || (words == 1 && matches!(first, "row" | "col" | "container" | "flex" | "grid" | "block"))
        || (is_in(first, LOOKS) && name.contains('-') && !name.contains("__") && is_measure(name))
}

/// `mt-4`, `text-lg`, `flex-wrap`: short parts in lower case.
fn is_measure(name: &str) -> bool {
    let mut parts = name.split('-').skip(1);
    parts.all(|part| part.len() <= 7 && !is_in(part, CONTENT))
}

/// Whether a program made the name.
pub(super) fn is_generated(name: &str) -> bool {
    let made = ["css-", "sc-", "jsx-", "jss", "svelte-", "emotion-", "ember", "astro-", "v-", ":r"];
    if made.iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.chars().any(is_digit) || is_hash(rest))
    }) {
        return true;
    }
    name.split(['-', '_']).any(is_hash)
}

/// Whether a part of a name is a hash: letters and digits, or upper and lower case, in turns.
fn is_hash(part: &str) -> bool {
    let count = part.chars().count();
    if !(4..=32).contains(&count) || !part.is_ascii() {
        return false;
    }
    let trimmed = part.trim_end_matches(is_digit);
    let mixed = trimmed.chars().any(is_digit) && trimmed.chars().any(|c| c.is_ascii_alphabetic());
    let bytes = part.as_bytes();
    let turns = bytes.windows(2).filter(|two| {
        two.first().is_some_and(u8::is_ascii_lowercase)
            && two.get(1).is_some_and(u8::is_ascii_uppercase)
    });
    let turns = turns.count();
    (mixed && count >= 5)
        || (turns >= 2 && count < (turns + 1) * 3)
        || (turns >= 1 && count <= 4)
        || (turns >= 1 && mixed)
}

/// What stays of a generated name: `Card_title__` of `Card_title__2hF3k`.
pub(super) fn stem(name: &str) -> Option<&str> {
    let at = name.rfind(['_', '-'])?;
    let (stem, hash) = name.split_at_checked(at + 1)?;
    let good = stem.trim_end_matches(['_', '-']).len() >= 4
        && !is_generated(stem.trim_end_matches(['_', '-']))
        && (is_hash(hash) || hash.len() >= 5);
    let word = stem.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    (good && word && is_generated(name)).then_some(stem)
}

/// What stays of a numbered id: `post-` of `post-1234`.
pub(super) fn numbered(id: &str) -> Option<&str> {
    let stem = id.trim_end_matches(is_digit);
    let plain = stem.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let letters = stem.chars().filter(char::is_ascii_alphabetic).count();
    (plain && letters >= 2 && stem.len() < id.len() && !is_generated(stem)).then_some(stem)
}

/// How much a name speaks for the main list (positive), or against it.
pub(super) fn leaning(name: &str) -> i32 {
    let words = words(name);
    let has = |list: &str| {
        words.iter().any(|word| is_in(word, list) || is_in(word.trim_end_matches(is_digit), list))
    };
    if has(BESIDE) || name.to_ascii_lowercase().contains("sidebar") {
        -1
    } else {
        i32::from(has(CONTENT))
    }
}

/// Whether a heading announces a ranking or the like.
pub(super) fn announces_other(heading: &str) -> bool {
    let heading = heading.to_lowercase();
    OTHER_LISTS.iter().any(|word| heading.contains(word))
}

/// Whether a name speaks of a title.
pub(super) fn is_title(name: &str) -> bool {
    has_word(name, "title headline subject tit heading caption bt biaoti")
}

/// Whether a name speaks of a date.
pub(super) fn is_date(name: &str) -> bool {
    has_word(
        name,
        "date time pubdate published publish datetime timestamp created ago day rq sj \
         riqi shijian posted",
    )
}

/// Whether a name speaks of a short text.
pub(super) fn is_summary(name: &str) -> bool {
    has_word(
        name,
        "summary desc description excerpt intro abstract digest teaser brief lead snippet \
         dek info zy content text body",
    )
}

fn has_word(name: &str, list: &str) -> bool {
    words(name).iter().any(|word| is_in(word.trim_end_matches(is_digit), list))
}
