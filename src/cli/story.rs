//! What `finews preview` says of an item's story: what it was compared with, what is decided, and
//! who stands for it.

use serde_json::{Value, json};

use super::{out, setup};
use crate::config::Settings;
use crate::html;
use crate::model::{Item, ItemId};
use crate::store::{Kin, Store, Teller, Told};
use crate::story::{self, Member, Prefer, Ways};

/// Items compared that people are shown.
const SHOWN: usize = 3;

/// What is kept, to be compared with.
pub(super) struct Shelf {
    store: Store,
    ways: Ways,
    /// Whether items are looked up by their links: those of an address belong to no source.
    by_link: bool,
}

impl Shelf {
    /// Opens the state, if there is one.
    pub async fn open(settings: &Settings, by_link: bool) -> anyhow::Result<Option<Self>> {
        if !settings.store.exists() {
            return Ok(None);
        }
        let store = setup::look(settings).await?;
        Ok(Some(Self { store, ways: settings.stories.clone(), by_link }))
    }

    /// Closes it.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// What is decided of an item.
    pub async fn stage(&self, item: &Item, list: &str) -> anyhow::Result<Value> {
        let kept = self.kept(item).await?;
        let told = match &kept {
            Some(kept) => self.store.story_of(&kept.id).await?,
            None => None,
        };
        if !self.ways.on || self.ways.alone.contains(&item.source) {
            let why = if self.ways.on { "its source stands alone" } else { "`unite` is off" };
            return Ok(json!({ "united": false, "why": why }));
        }
        let mut item = item.clone();
        let mut list = list.to_owned();
        if let Some(kept) = &kept {
            (item.id, item.source) = (kept.id.clone(), kept.source.clone());
            list = self.store.list_of(&kept.id).await?.unwrap_or(list);
        }
        let kin = self.store.kin(&item, &list, &self.ways).await?;
        let compared: Vec<Value> = kin.iter().map(compared).collect();
        let mut stage = json!({
            "united": true,
            "kept": kept.as_ref().map(|kept| &kept.id),
            "compared": compared,
            "window_seconds": self.ways.window.as_secs(),
        });
        stage["story"] = match told.filter(|told| told.tellers.len() > 1) {
            Some(told) => self.decided(told, None),
            None => match kin.into_iter().find(|one| one.decision.same) {
                Some(one) => self.expected(&item, &one).await?,
                None => Value::Null,
            },
        };
        Ok(stage)
    }

    /// The item as it is kept already.
    async fn kept(&self, item: &Item) -> anyhow::Result<Option<Item>> {
        if let Some(kept) = self.store.item(&item.id).await? {
            return Ok(Some(kept));
        }
        let Some(link) = item.link.as_deref().filter(|_| self.by_link) else { return Ok(None) };
        let Some(id) = self.store.item_of_link(link).await? else { return Ok(None) };
        Ok(self.store.item(&id).await?)
    }

    /// The story that an item would come to.
    async fn expected(&self, item: &Item, kin: &Kin) -> anyhow::Result<Value> {
        let Some(told) = self.store.story_of(&kin.item).await? else { return Ok(Value::Null) };
        let known = told.tellers.iter().any(|one| one.item == item.id);
        let newcomer = Teller {
            item: item.id.clone(),
            title: item.title.clone(),
            member: Member {
                source: item.source.clone(),
                published: item.published.timestamp(),
                length: item.body.as_str().chars().count() as u64,
                arrived: i64::MAX,
            },
            score: Some((kin.decision.score * 100.0).round() as i64),
            reason: Some(kin.decision.reason.words().to_owned()),
        };
        Ok(self.decided(told, (!known).then_some(newcomer)))
    }

    fn decided(&self, mut told: Told, newcomer: Option<Teller>) -> Value {
        told.tellers.extend(newcomer);
        let members: Vec<Member> = told.tellers.iter().map(|one| one.member.clone()).collect();
        let best = story::winner(&members, &self.ways.prefer).and_then(|at| told.tellers.get(at));
        let head = told.tellers.iter().find(|one| one.item == told.head);
        let (Some(best), Some(head)) = (best, head.or(best)) else { return Value::Null };
        let name = if told.out { head } else { best };
        let shown = if told.out && !self.ways.upgrade { head } else { best };
        let mut why = vec![reason(best, &self.ways.prefer)];
        if told.out && best.item != head.item {
            why.push("the address of the other one is out, and stays".to_owned());
            if !self.ways.upgrade {
                why.push("`upgrade` is off".to_owned());
            }
        }
        json!({
            "name": name.item,
            "out": told.out,
            "best": teller(best),
            "shown": teller(shown),
            "why": why.join("; "),
            "tellers": told.tellers.iter().map(teller).collect::<Vec<_>>(),
        })
    }
}

/// Why a member is the best one.
fn reason(best: &Teller, prefer: &Prefer) -> String {
    match prefer {
        Prefer::Earliest => "published first".to_owned(),
        Prefer::Longest => format!("the longest text ({} characters)", best.member.length),
        Prefer::Sources(order) => match order.iter().position(|one| *one == best.member.source) {
            Some(at) => format!("its source is number {} in `prefer`", at + 1),
            None => "`prefer` names none of the sources; published first".to_owned(),
        },
    }
}

fn teller(one: &Teller) -> Value {
    json!({
        "id": one.item,
        "source": one.member.source,
        "title": one.title,
        "score": one.score.map(|score| score as f64 / 100.0),
        "reason": one.reason,
    })
}

fn compared(kin: &Kin) -> Value {
    let score = (f64::from(kin.decision.score) * 100.0).round() / 100.0;
    json!({
        "id": kin.item,
        "source": kin.source,
        "title": kin.title,
        "same": kin.decision.same,
        "score": score,
        "reason": kin.decision.reason.words(),
    })
}

/// Says it to people.
pub(super) fn show(stage: &Value, own: &ItemId) -> anyhow::Result<()> {
    if stage.is_null() {
        return Ok(());
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if stage["united"] == false {
        return out::line(format!("  story:      its own: {}", text(&stage["why"])));
    }
    let kept = stage["kept"].as_str().unwrap_or(own.as_str());
    let told = &stage["story"];
    if told.is_null() {
        let hours = stage["window_seconds"].as_u64().unwrap_or_default() / 3_600;
        let within = format!("published within {hours} hours of it");
        out::line(format!("  story:      its own: nothing that is kept, {within}, tells it"))?;
    } else {
        let others = told["tellers"].as_array().into_iter().flatten();
        for one in others.filter(|one| one["id"] != kept) {
            out::line(format!("  story:      one with {}", named(one)))?;
        }
        let shown = named(&told["shown"]);
        let (name, why) = (text(&told["name"]), text(&told["why"]));
        out::line(format!("  shown:      {shown}, as {name}: {why}"))?;
    }
    for one in stage["compared"].as_array().into_iter().flatten().take(SHOWN) {
        let verdict = if one["same"] == true { "the same story" } else { "another story" };
        let (score, reason) = (one["score"].as_f64().unwrap_or_default(), text(&one["reason"]));
        out::line(format!("  compared:   {}: {verdict}, {score:.2}: {reason}", named(one)))?;
    }
    Ok(())
}

fn named(one: &Value) -> String {
    let text = |key: &str| one[key].as_str().unwrap_or_default();
    format!("`{}` ({} {})", html::excerpt(text("title"), 60), text("source"), text("id"))
}
