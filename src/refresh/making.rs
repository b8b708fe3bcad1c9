//! Renditions to an item that is ready for the store.

use std::sync::Arc;

use super::World;
use crate::article;
use crate::category;
use crate::config::{OnChange, Settings, Source};
use crate::html;
use crate::identity::{self, Verdict};
use crate::jekyll::{self, Post};
use crate::model::{CategoryId, Instant, Item, ItemId, Original};
use crate::normalize::{self, Birth, Ways};
use crate::route::{Decision, Facts};
use crate::slug;
use crate::store::{self, CategoryWish, Held, Kept, KnownItem, Saved, Store};
use crate::template::Template;

/// Why an entry cannot be published.
pub(super) const NOTHING: &str = "neither a title nor a text";

/// Makes items of one source by today's settings.
pub struct Maker {
    settings: Arc<Settings>,
    source: Arc<Source>,
    authority: String,
    now: Instant,
}

/// An item and what the rules decided of it.
#[derive(Debug)]
pub struct Ruled {
    /// The item, with its categories and its title by the rules.
    pub item: Item,
    /// The text of its body.
    pub text: String,
    /// Where it belongs.
    pub categories: Vec<CategoryWish>,
    /// Which rule did what.
    pub decision: Decision,
}

/// What became of an entry.
#[derive(Debug)]
pub enum Made {
    /// An item, and how it stands to what was known.
    Item(Box<Saved>, Verdict),
    /// Nothing that can be published.
    Held(Vec<Held>),
    /// A change that the settings do not want: item, list and print of what was not taken.
    Ignored(Vec<(ItemId, String, identity::Print)>),
}

impl Maker {
    /// For a source at a visit.
    pub fn new(world: &World, source: &Arc<Source>, now: Instant) -> Self {
        Self {
            settings: Arc::clone(&world.settings),
            source: Arc::clone(source),
            authority: world.authority.clone(),
            now,
        }
    }

    /// Makes the item of a key from what is kept of it and what came anew.
    pub async fn make(
        &self,
        store: &Store,
        key: String,
        known: Option<KnownItem>,
        mut new: Vec<Kept>,
    ) -> Result<Made, store::Error> {
        let mut originals = match &known {
            Some(item) => store.originals(&item.id).await?,
            None => Vec::new(),
        };
        if let Some(known) = &known
            && new.iter().all(|one| is_old_copy(&originals, &one.original))
        {
            let print = |one: Kept| (known.id.clone(), one.original.list, one.print);
            return Ok(Made::Ignored(new.into_iter().map(print).collect()));
        }
        for one in &mut new {
            keep_article(&originals, &mut one.original);
            originals = identity::with(originals, one.original.clone());
        }
        let lists: Vec<_> = known.iter().flat_map(|item| item.lists.clone()).collect();
        let joins = new.iter().any(|one| lists.iter().all(|(list, _)| *list != one.original.list));
        let made = self.saved(key, known.as_ref(), originals, new);
        let Made::Item(mut saved, Verdict::Changed) = made else { return Ok(made) };
        let before = store.item(&saved.item.id).await?;
        if let Some(before) = before.filter(|before| reads_the_same(before, &saved.item)) {
            saved.item.published = before.published;
            saved.item.updated = before.updated;
            saved.announce = false;
            return Ok(Made::Item(saved, Verdict::Same));
        }
        match self.on_change(&saved) {
            OnChange::Ignore => self.ignored(store, *saved, joins).await,
            _ => Ok(Made::Item(saved, Verdict::Changed)),
        }
    }

    /// What becomes of a changed item: as its source says, else the first of its categories that
    /// says anything.
    fn on_change(&self, saved: &Saved) -> OnChange {
        let ids = saved.categories.iter().map(|wish| &wish.id);
        let mut known = ids.filter_map(|id| self.settings.categories.iter().find(|c| c.id == *id));
        let of_category = || known.find_map(|category| category.on_change);
        self.source.on_change.or_else(of_category).unwrap_or_default()
    }

    /// An item as it stands, although its entry changed; a list that names it anew still adds its
    /// categories.
    async fn ignored(
        &self,
        store: &Store,
        mut saved: Saved,
        joins: bool,
    ) -> Result<Made, store::Error> {
        let id = saved.item.id.clone();
        let before = store.item(&id).await?.filter(|_| joins);
        let Some(before) = before else {
            let prints = saved.originals.into_iter();
            return Ok(Made::Ignored(
                prints.map(|one| (id.clone(), one.original.list, one.print)).collect(),
            ));
        };
        saved.substance = store.substance(&id).await?.unwrap_or(saved.substance);
        saved.item = Item { categories: saved.item.categories, ..before };
        saved.announce = false;
        Ok(Made::Item(Box::new(saved), Verdict::Same))
    }

    /// The pure half: originals and what is known to what is to be kept.
    pub(super) fn saved(
        &self,
        key: String,
        known: Option<&KnownItem>,
        mut originals: Vec<Original>,
        kept: Vec<Kept>,
    ) -> Made {
        self.sort(&mut originals);
        let first_seen = known.map_or(self.now, |item| item.first_seen);
        let id = known.map_or_else(|| identity::item_id(&self.source.id, &key), |k| k.id.clone());
        let Some(Ruled { mut item, text, categories, decision }) =
            self.ruled(id, first_seen, &originals)
        else {
            let reason = NOTHING.to_owned();
            let held = kept.into_iter().map(|one| Held {
                key: key.clone(),
                original: one.original,
                print: one.print,
                reason: reason.clone(),
            });
            return Made::Held(held.collect());
        };
        let substance = identity::substance(&item.title, &text, item.summary.as_deref());
        let verdict = match known {
            None => Verdict::New,
            Some(before) if before.substance == substance => {
                item.updated = before.updated;
                item.published = before.published;
                Verdict::Same
            }
            Some(before) => {
                item.published = before.published;
                item.updated = identity::updated(before.updated, item.updated, self.now);
                Verdict::Changed
            }
        };
        let mut saved = Saved {
            fallback_uri: normalize::our_uri(&self.authority, &item.id),
            item,
            key,
            substance,
            originals: kept,
            categories,
            announce: verdict != Verdict::Same,
            withheld: decision.withheld,
            seats: decision.seats,
        };
        if verdict == Verdict::Changed && self.on_change(&saved) == OnChange::Announce {
            saved.item.published = saved.item.updated;
        }
        Made::Item(Box::new(saved), verdict)
    }

    /// An item with all that the rules of today make of it.
    pub fn ruled(&self, id: ItemId, first_seen: Instant, originals: &[Original]) -> Option<Ruled> {
        let mut item = self.item(id, first_seen, originals)?;
        let text = html::text(item.body.as_str());
        let decision = self.settings.router.decide(&Facts { item: &item, text: &text });
        let categories = self.wishes(&item, originals, &decision.add);
        item.categories = categories.iter().map(|wish| wish.id.clone()).collect();
        if let Some(title) = &decision.title {
            item.title.clone_from(title);
        }
        Some(Ruled { item, text, categories, decision })
    }

    /// An item as the settings of today clean it; without categories, and before any rule.
    pub fn item(&self, id: ItemId, first_seen: Instant, originals: &[Original]) -> Option<Item> {
        let birth = Birth {
            id,
            source: self.source.id.clone(),
            first_seen,
            authority: self.authority.clone(),
        };
        let rules = &self.source.article;
        let ways = Ways {
            language: self.source.language.as_deref(),
            medium: self.source.medium.as_deref(),
            manner: &self.settings.cleaning,
            apply: &|fragment| article::apply(fragment, rules),
            credited: &|fragment| article::medium(fragment, rules),
        };
        let settled: Vec<Original> = originals.iter().map(|one| self.settled(one)).collect();
        normalize::item(&settled, &birth, &ways)
    }

    /// An imported post of the predecessor under its medium links to a share page; the settings
    /// know the address of the article itself.
    fn settled(&self, original: &Original) -> Original {
        let mut original = original.clone();
        let table = self.settings.jekyll.as_ref();
        let link = table.filter(|table| table.source == self.source.id);
        let code = original.entry.vars.get("post.code").cloned();
        let is_medium = original.entry.vars.get("post.form").is_some_and(|form| form == "medium");
        if let (Some(link), Some(code), true) =
            (link.and_then(|t| t.link.as_ref()), code, is_medium)
        {
            original.entry.link = Some(link.replace("{code}", &code));
        }
        original
    }

    /// The categories that the source, the lists that name the item, and the rules ask for.
    fn wishes(&self, item: &Item, originals: &[Original], added: &[Template]) -> Vec<CategoryWish> {
        let lists = self.source.lists.iter();
        let named = lists.filter(|list| originals.iter().any(|one| one.list == list.name));
        let named = named.flat_map(|list| &list.categories);
        let templates: Vec<&Template> =
            self.source.categories.iter().chain(named).chain(added).collect();
        let mut ids = category::of(item, &templates, &self.settings.aliases);
        ids.retain(|id| !self.is_too_old(item, id));
        let mut wishes: Vec<CategoryWish> =
            ids.into_iter().map(|id| wish_for(&self.settings, id)).collect();
        for post in originals.iter().filter_map(jekyll::from_original) {
            let wish = self.category_of(&post);
            match wishes.iter_mut().find(|one| one.id == wish.id) {
                Some(same) => *same = wish,
                None => wishes.push(wish),
            }
        }
        wishes
    }

    /// Whether a category keeps nothing of an item's age.
    fn is_too_old(&self, item: &Item, id: &CategoryId) -> bool {
        let fixed = self.settings.categories.iter().find(|one| one.id == *id);
        let days = fixed.and_then(|one| one.keep?.days);
        let age = self.now.signed_duration_since(item.published).num_days();
        days.is_some_and(|days| u64::try_from(age).is_ok_and(|age| age >= days))
    }

    /// The category that a post of the predecessor stood in, at the address that it had.
    fn category_of(&self, post: &Post) -> CategoryWish {
        let suffix = self.settings.jekyll.as_ref().map_or("", |table| table.suffix.as_str());
        let name = if post.medium_form {
            CategoryId::new(post.tag.strip_suffix(suffix).unwrap_or(&post.tag).trim())
        } else {
            CategoryId::new(&post.slug)
        };
        let name = self.settings.aliases.meant(name);
        if self.settings.categories.iter().any(|one| one.id == name) {
            return wish_for(&self.settings, name);
        }
        let title = if post.medium_form { name.to_string() } else { post.tag.clone() };
        CategoryWish {
            id: name,
            title,
            slug: slug::file_part(&post.slug),
            fixed: false,
            private: false,
        }
    }

    /// In the order of the source's lists.
    fn sort(&self, originals: &mut [Original]) {
        let place = |list: &str| self.source.lists.iter().position(|known| known.name == list);
        originals.sort_by_key(|one| (place(&one.list).unwrap_or(usize::MAX), one.list.clone()));
    }
}

/// A category as the settings name it: its title and the address it would like.
pub fn wish_for(settings: &Settings, id: CategoryId) -> CategoryWish {
    let fixed = settings.categories.iter().find(|one| one.id == id);
    let slug = fixed.and_then(|one| one.slug.clone());
    let named = slug.is_some();
    let title = fixed.map_or_else(|| id.to_string(), |one| one.title.clone());
    let slug = slug.unwrap_or_else(|| slug::slug(id.as_str(), settings.publish.slugs));
    let private = fixed.is_some_and(|one| one.private);
    CategoryWish { id, title, slug, fixed: named, private }
}

/// Whether title and text are as they were, and a summary came or went that says no more than the
/// text: a feed in another format often differs in that.
fn reads_the_same(before: &Item, now: &Item) -> bool {
    let text = |item: &Item| html::text(item.body.as_str());
    let (was, is) = (text(before), text(now));
    let print = |title: &str, text: &str| identity::substance(title, text, None);
    let says_more = |item: &Item| {
        let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let summary = item.summary.as_deref().map(bare).unwrap_or_default();
        !bare(&is).contains(&summary)
    };
    let one_has_none = before.summary.is_none() || now.summary.is_none();
    print(&before.title, &was) == print(&now.title, &is)
        && one_has_none
        && !says_more(before)
        && !says_more(now)
}

/// Whether a cache or a mirror gave an entry as it was before, by the date of its last change.
fn is_old_copy(originals: &[Original], new: &Original) -> bool {
    let before = originals.iter().find(|one| one.list == new.list);
    let dates = before.and_then(|before| before.entry.updated.zip(new.entry.updated));
    dates.is_some_and(|(before, now)| now < before)
}

/// An article that is here stays when asking for it again failed.
fn keep_article(originals: &[Original], new: &mut Original) {
    if new.article.is_none() {
        let before = originals.iter().find(|one| one.list == new.list);
        new.article = before.and_then(|one| one.article.clone());
    }
}
