use crate::config::{Outside, parse};

#[test]
fn s37_what_is_secret_is_hidden_in_any_text() {
    let text = "[site]\ntitle = \"t\"\nurl = \"https://example.org\"\n[[source]]\nid = \"a\"\n\
        url = \"https://me:pass%20word@a.example/${DIR}/feed?lang=english&api_key=k3y-value\"\n\
        headers = { Authorization = \"Bearer abcdefgh\", Accept-Language = \"german\", \
        X-Api-Key_file = \"/run/key\" }\n";
    let env = |name: &str| (name == "DIR").then(|| "private-path".to_owned());
    let file = |_: &str| Ok("from-the-file\n".to_owned());
    let outside = Outside { env: &env, file: &file, ..Outside::NOTHING };
    let settings = parse(text, &outside).unwrap_or_else(|why| panic!("{why}"));
    let secrets = &settings.secrets;
    let check = |text: &str, expect: &str| assert_eq!(secrets.hidden(text.to_owned()), expect);
    check("at https://a.example/private-path/feed: 503", "at https://a.example/***/feed: 503");
    check("?lang=english&api_key=k3y-value", "?lang=english&api_key=***");
    check("user me:pass%20word or pass word", "user me:*** or ***");
    check("Bearer abcdefgh", "***");
    check("token abcdefgh, german", "token ***, german");
    check("from-the-file", "***");
    check("nothing of it", "nothing of it");
    assert!(secrets.are_in("x k3y-value y") && !secrets.are_in("english"));
    assert!(!format!("{secrets:?}").contains("k3y"));
}
