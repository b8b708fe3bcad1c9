//! What short blocks of no article begin with, in the languages that were seen.

use std::sync::LazyLock;

use regex::RegexSet;

/// How many kinds are told apart.
pub(super) const KINDS: usize = 8;
/// The bit of the kind that leads elsewhere.
pub(super) const RELATED_BIT: u32 = 1 << 1;
/// The kind of what heads comments.
pub(super) const COMMENTS: u32 = 2;
/// The kind of what holds a date.
pub(super) const DATE: u32 = 7;
/// Bytes of a key that are looked at.
const LOOKED_AT: usize = 60;
/// Bytes of a key from which on a block is no short one.
const LONG: usize = 240;

/// Share, related, comments, legal, byline, subscribe, tags, date; all in the form of a key.
const KIND: [&str; KINDS] = [
    "^(?:share|tweet|facebook|twitter|whatsapp|email|mail|print|linkedin|pinterest|reddit|telegram|like|follow|teilen|partager|compart|condivid|分享|收藏|打印|微信|微博|字号|подел|udostępnij|wydrukuj|drukuj|распечат|версиядляпечати|κοινοποί|εκτύπωση)",
    "^(?:related|read(?:more|next|also)|alsoread|alsoon|seealso|more(?:on|from|stories|news|in)|youmay|youmight|recommended|most(?:read|popular|viewed|recent)|popular|trending|latest|recent|previous|next|older|newer|continue|dontmiss|advert|editorspick|relacionad|lesensie|mehrzu|lireaussi|leiatambém|相关|推荐|延伸阅读|热门|更多|上一篇|下一篇|猜你|精彩|热点|今日|最新|阅读|查看|читайте|похожи|потеме|другие|ещё|еще|всенов|zobacz|czytaj|powiązane|podobne|więcej|polecamy|najnowsz|διαβάστε|σχετικ|περισσότερα|δείτε)",
    "^(?:[0-9]*comment|leavea|reply|respond|posta|addcomment|discuss|join|评论|网友|发表|跟帖|回复|我要|коммент|ответить|добавить|остав|komentarz|skomentuj|dodaj|odpowiedz|σχόλι|kommentar|coment)",
    "(?:copyright|allrights|termsof|privacy|cookie|disclaimer|reproduc|版权|转载|免责|声明|违者必究|责任编辑|责编|编辑|юридич|всеправа|перепечат|использовании|prawazastrz|kopiowanie|zabronione|πνευματικ|απαγορεύ)",
    "^(?:by|posted|published|updated|last(?:updated|modified)|writtenby|author|source|photo|image|picture|credit|von|par|por|автор|источник|фото|autor|autorka|źródło|źrodlo|fot|来源|作者|记者|发布|时间|文|图|编辑|责任|opublik|dodano|data|опублик|дата|πηγή|συντάκτης|ημερομηνία|γράφει)",
    "(?:subscri|newsletter|signup|signin|login|logon|register|advertis|sponsor|download|getthe|becomea|member|donate|关注|扫一扫|扫码|二维码|客户端|登录|注册|下载|订阅|подпис|войти|регистр|реклам|zaloguj|zarejestruj|zapisz|reklama|εγγραφή|σύνδεση|διαφήμιση|abonn)",
    "^(?:tag|topic|filed|categor|keyword|labels|标签|关键词|关键字|метк|теги|рубрик|kategori|słowakl|tematy|ετικέτ|κατηγορί|schlag|thème)",
    "(?:19|20)[0-9][0-9](?:0?[1-9]|1[0-2]|年)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[0-9]{1,2}|[0-9]{1,2}(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|[0-9](?:min|hour|day|week|month|year)[a-z]*ago|[0-9]{1,2}(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)|[0-9]月[0-9]|сегодня[0-9]",
];

static SET: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(KIND).ok());

/// Which kinds a key reads like, as bits; a long one like none.
pub(super) fn kinds(key: &str) -> u32 {
    if key.len() >= LONG {
        return 0;
    }
    let start = key.get(..key.floor_char_boundary(LOOKED_AT)).unwrap_or_default();
    let Some(set) = SET.as_ref() else { return 0 };
    set.matches(start).iter().fold(0, |bits, kind| bits | 1 << kind)
}
