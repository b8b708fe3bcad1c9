use std::collections::BTreeMap;

use chrono::DateTime;
use url::Url;

use super::read;
use crate::listing::plan::{Field, Pick, Plan};
use crate::listing::{Context, Error};
use crate::model::Listing;

fn plan(items: &str, fields: &[(Field, &str)]) -> Plan {
    let pick = |typed: &str| Pick::parse(typed, true).unwrap();
    let fields = fields.iter().map(|(field, typed)| (*field, vec![pick(typed)]));
    Plan { fields: fields.collect::<BTreeMap<_, _>>(), ..Plan::new(pick(items)) }
}

fn listing(markup: &str, plan: &Plan) -> Result<Listing, Error> {
    let base = Url::parse("https://bell.example/").unwrap();
    let context = Context {
        base: Some(&base),
        now: DateTime::from_timestamp(1_793_850_000, 0).unwrap(),
        zone: chrono_tz::Tz::UTC,
        content_type: None,
        charset: None,
    };
    read(markup.as_bytes(), plan, &context)
}

#[test]
fn text_is_parted_where_a_reader_sees_it_parted() {
    let check = |markup: &str, expect: &str| {
        let plan = plan("li", &[(Field::Title, "."), (Field::Guid, "@id")]);
        let listing = listing(&format!("<ul><li id=1>{markup}</li></ul>"), &plan).unwrap();
        let title = listing.entries[0].title.as_ref().map(|text| text.raw().to_owned());
        assert_eq!(title.as_deref(), Some(expect), "{markup}");
    };
    check("one<br>two", "one two");
    check("<h3>one</h3>two<p>three</p>four", "one two three four");
    check("o<b>n</b>e\n <i>two</i>", "one two");
    check("one<script>var x</script><style>y{}</style>", "one");
    check("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c");
}

#[test]
fn items_that_hold_each_other_do_not_multiply() {
    let text = "x".repeat(1 << 20);
    let markup = format!("{}{text}", "<div>".repeat(200));
    let fields = [(Field::Title, "."), (Field::Body, "."), (Field::Guid, "@id")];
    let listing = listing(&markup, &plan("div", &fields)).unwrap();
    assert!((10..100).contains(&listing.entries.len()), "{}", listing.entries.len());
    let told = listing.faults.iter().any(|fault| fault.what.starts_with("only the first"));
    assert!(told, "{:?}", listing.faults.last());
}

#[test]
fn more_items_than_are_read_are_told() {
    let markup = "<li><a href=1>x</a></li>".repeat(5_001);
    let fields = [(Field::Title, "a"), (Field::Link, "a"), (Field::Date, "b")];
    let listing = listing(&markup, &plan("li", &fields)).unwrap();
    assert_eq!(listing.entries.len(), 5_000);
    let last: Vec<_> = listing.faults[200..].iter().map(ToString::to_string).collect();
    assert_eq!(
        last,
        ["records: only the first 5000 were read", "records: 4800 more faults of this kind"]
    );
}

#[test]
fn an_address_of_a_link_needs_no_attribute() {
    let fields = [(Field::Link, "h2"), (Field::Title, "h2")];
    let markup =
        "<a class=i href=/1><h2>one</h2></a><a class=i href=/2><h2><a href=x>two</a></h2></a>";
    let listing = listing(markup, &plan("a.i", &fields)).unwrap();
    // What is no link has no address but its text.
    assert_eq!(listing.entries[0].link.as_deref(), Some("https://bell.example/one"));
}
