use super::{random, token_of};

#[test]
fn callbacks_are_long_and_never_the_same() {
    let (one, other) = (random::token().unwrap(), random::token().unwrap());
    assert_ne!(one, other);
    assert_eq!(token_of(&format!("/websub/{one}")), Some(one.as_str()));
}

#[test]
fn other_paths_are_no_callbacks() {
    let token = random::token().unwrap();
    for path in [
        "/websub/".to_owned(),
        format!("/websub/{}", &token[1..]),
        format!("/websub/{token}0"),
        format!("/websub/{token}/"),
        format!("/websub/{}", "é".repeat(20)),
        format!("/hub/{token}"),
        token,
    ] {
        assert_eq!(token_of(&path), None, "{path}");
    }
}
