//! Nothing secret in what is logged, kept as text, shown or published.

use super::{Daemon, feed};
use crate::house::{House, walk};
use crate::origin::{Origin, reply};

const SECRETS: [&str; 6] =
    ["QueryToken77", "UserPass88", "HeaderKey99", "PathToken55", "Cookie66abc", "FileKey44"];

#[test]
fn s37_credentials_are_shown_nowhere() {
    let origin = Origin::start([("GET /feed?token=QueryToken77", vec![reply(503)])]);
    let fine = Origin::start([("GET /PathToken55/feed", vec![reply(200).body(feed(2))])]);
    let (one, two) = (origin.url("/feed?token=QueryToken77"), fine.url("/PathToken55/feed"));
    let user = one.as_str().replace("http://", "http://me:UserPass88@");
    let hidden = two.as_str().replace("PathToken55", "${FEED_TOKEN}");
    let house = House::new(&format!(
        "[[source]]\nid = \"one\"\nurl = \"{user}\"\n\
         headers = {{ Authorization = \"Bearer HeaderKey99\", Cookie = \"sid=Cookie66abc\", \
         X-Api-Key_file = \"key.txt\" }}\n\
         [[source]]\nid = \"two\"\nurl = \"{hidden}\"\n\
         [[source]]\nid = \"three\"\nurl = \"http://127.0.0.1:1/?api_key=QueryToken77\"\n"
    ));
    std::fs::write(house.path("key.txt"), "FileKey44\n").unwrap();
    for log in ["debug", "json,debug"] {
        let mut command = house.command(&["serve", "--listen", "127.0.0.1:0", "--log", log]);
        command.env("FEED_TOKEN", "PathToken55");
        let daemon = Daemon::spawn(command);
        daemon.until("/status.json", |_, body| {
            body.matches("\"state\": \"failing\"").count() == 2
                && body.contains("\"state\": \"well\"")
        });
        let mut seen = String::new();
        for path in
            ["/metrics", "/status.html", "/status.json", "/status.atom", "/opml.xml", "/all.atom"]
        {
            seen.push_str(&daemon.get(path).1);
        }
        for args in [&["status"][..], &["status", "--json"], &["status", "one"]] {
            let mut command = house.command(args);
            let output = command.env("FEED_TOKEN", "PathToken55").output().unwrap();
            seen.push_str(&String::from_utf8_lossy(&output.stdout));
            seen.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        let (code, log) = daemon.end();
        assert_eq!(code, 0, "{log}");
        assert!(log.contains("503") || log.contains("serving"), "{log}");
        seen.push_str(&log);
        for secret in SECRETS {
            let at =
                seen.find(secret).map(|at| seen[..at].chars().rev().take(200).collect::<Vec<_>>());
            let near = at.map(|chars| chars.into_iter().rev().collect::<String>());
            assert_eq!(near, None, "{secret} is shown");
        }
    }
    let mut files = Vec::new();
    walk(&house.path("feeds"), &mut |path| files.push(path.to_owned()));
    for file in files {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} in {}", file.display());
        }
    }
}

#[test]
fn s26_foreign_words_stay_on_their_line() {
    let refusal = "{\"code\":0,\"message\":\"\\u001b[31mred\\r\\nINFO forged line\\u0007\"}";
    let origin = Origin::start([("GET /api", vec![reply(200).body(refusal)])]);
    let house = House::new(&format!(
        "[[source]]\nid = \"api\"\nkind = \"api\"\n[source.list]\nurl = \"{}\"\n\
         expect = {{ path = \"$.code\", equals = 1, message = \"$.message\" }}\n\
         items = \"$.list[*]\"\ntitle = \"$.t\"\n",
        origin.url("/api")
    ));
    let mut daemon = Daemon::with(&house, &["serve", "--listen", "127.0.0.1:0", "--log", "json"]);
    daemon.wait_for("forged line");
    let (_, log) = daemon.end();
    for line in log.lines().filter(|line| !line.starts_with("stopping: ")) {
        let event: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"));
        assert!(event["level"].is_string() && event["message"].is_string(), "{event}");
    }
    assert!(!log.contains('\u{1b}') && !log.contains('\u{7}'));
    for args in [&["status"][..], &["status", "api"], &["fetch", "api"]] {
        let ended = house.run(args);
        let shown = format!("{}{}", ended.out, ended.err);
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{7}'), "{shown:?}");
        assert!(!shown.lines().any(|line| line.starts_with("INFO forged")), "{shown:?}");
    }
}

#[test]
fn the_settings_say_how_is_logged_and_the_command_line_wins() {
    let house = House::new("[log]\nform = \"json\"\nlevel = \"debug\"\n");
    let mut daemon = Daemon::start(&house);
    let line = daemon.wait_for("ready");
    assert!(line.starts_with('{'), "{line}");
    drop(daemon);
    let mut daemon = Daemon::with(&house, &["serve", "--listen", "127.0.0.1:0", "--log", "text"]);
    let line = daemon.wait_for("ready");
    assert!(!line.starts_with('{'), "{line}");
    drop(daemon);
    house.reconfigure("[log]\nform = \"xml\"\nlevel = \"loud\"\n");
    let ended = house.run(&["check"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("`xml`") && ended.err.contains("`loud`"), "{}", ended.err);
}
