//! A person in one line: `name <address>`, `address (name)` and their kin.

use crate::model::Person;

/// Name and e-mail address of a line such as RSS has in `author` and Dublin Core in `creator`.
pub(super) fn parse(line: &str) -> Person {
    let line = line.trim();
    if !line.contains('@') {
        let name = Some(line.trim_matches(['"', '\'']).to_owned());
        return Person { name: name.filter(|name| !name.is_empty()), ..Person::default() };
    }
    let email = line
        .split(is_around)
        .find(|part| is_address(part))
        .map(|part| part.trim_start_matches("mailto:"));
    let Some(email) = email else {
        return Person { name: Some(line.to_owned()), ..Person::default() };
    };
    let name = line.replacen(email, "", 1).replace("mailto:", "");
    let name = name.trim_matches(|c: char| is_around(c) || matches!(c, '-' | ':'));
    Person {
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        email: Some(email.to_owned()),
        uri: None,
    }
}

/// What stands around an address.
fn is_around(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '(' | ')' | '<' | '>' | '[' | ']' | '"' | '\'' | ',' | ';')
}

fn is_address(part: &str) -> bool {
    part.split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'))
}
