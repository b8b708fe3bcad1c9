//! A house for the built binary: a folder of its own with settings, state and published files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

/// A temporary folder with settings in it.
pub struct House {
    dir: tempfile::TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// What every test's settings begin with: loopback may be asked, and nobody is kept waiting.
const SITE: &str = "[site]\ntitle = \"试验 Test\"\nurl = \"https://news.example/\"\n\
    language = \"zh-CN\"\ntimezone = \"Asia/Shanghai\"\n\
    [fetch]\ngap = \"0s\"\n\
    [defaults]\nallow_private = [\"127.0.0.0/8\"]\n";

impl House {
    /// With a site of its own, and these sources and categories.
    pub fn new(settings: &str) -> Self {
        Self::bare(&format!("{SITE}{settings}"))
    }

    /// With just these settings.
    pub fn bare(settings: &str) -> Self {
        let house = Self { dir: tempfile::tempdir().unwrap() };
        std::fs::create_dir(house.path("config")).unwrap();
        house.configure(settings);
        house
    }

    /// Puts other settings in their place.
    pub fn configure(&self, settings: &str) {
        std::fs::write(self.path("config/finews.toml"), settings).unwrap();
    }

    /// The same with the usual beginning.
    pub fn reconfigure(&self, settings: &str) {
        self.configure(&format!("{SITE}{settings}"));
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    /// A command that is ready to run here, with no variable that could disturb it.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_finews"));
        command.current_dir(self.dir.path()).args(args).stdin(Stdio::null());
        for name in ["FINEWS_CONFIG", "FINEWS_STATE", "FINEWS_FEEDS", "FINEWS_LOG"] {
            command.env_remove(name);
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
    }

    /// Runs a command that is expected to end well.
    pub fn good(&self, args: &[&str]) -> Ended {
        let ended = self.run(args);
        assert_eq!(ended.code, 0, "{args:?}: {ended:?}");
        ended
    }

    /// A published file.
    pub fn feed(&self, path: &str) -> String {
        let path = self.path("feeds").join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
    }

    /// A published JSON feed.
    pub fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.feed(path)).unwrap()
    }

    /// Titles of a published JSON feed, newest first.
    pub fn titles(&self, path: &str) -> Vec<String> {
        let items = self.json(path)["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Every published file with its contents and its time of change.
    pub fn tree(&self) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
        let root = self.path("feeds");
        let mut tree = BTreeMap::new();
        walk(&root, &mut |path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let changed = path.metadata().unwrap().modified().unwrap();
            tree.insert(name, (std::fs::read(path).unwrap(), changed));
        });
        tree
    }
}

/// Settings for posts of the predecessor; their source is at a port where nobody is.
pub const ARCHIVE: &str = "[[source]]\nid = \"old\"\nurl = \"http://127.0.0.1:9/feed.xml\"\n\
    every = \"1h\"\ncategories = [\"{medium}\"]\n\
    [jekyll]\nsource = \"old\"\nsite = \"//old.example/\"\n\
    share = \"http://old.example/html_News/NewsShare.html?infoCode={id}\"\n\
    suffix = \"新闻\"\n";

/// Imports posts as the predecessor wrote them, one for each number.
pub fn import_posts(house: &House, numbers: std::ops::Range<usize>) {
    let posts = house.path("posts");
    std::fs::create_dir_all(&posts).unwrap();
    for number in numbers {
        let post = format!(
            "---\nlayout: post\ntitle: \"Number {number}\"\ndate: 2022-02-02 02:{:02}:{:02} +0800\n\
             categories: tech\ntags: 日报新闻\n---\n<p>Text {number}.</p>\n\
             <p class=\"em_media\">（文章来源：日报）</p>\n\n\
             <http://old.example/html_News/NewsShare.html?infoCode=NW20220202{number:010}>\n\n\
             [返回日报新闻](//old.example/category/tech.html)｜[返回首页](//old.example/)",
            number / 60,
            number % 60,
        );
        std::fs::write(posts.join(format!("2022-02-02-NW20220202{number:010}.md")), post).unwrap();
    }
    house.good(&["import", "jekyll", "posts"]);
}

/// Calls with every file below a folder.
pub fn walk(dir: &Path, call: &mut dyn FnMut(&Path)) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, call);
        } else {
            call(&path);
        }
    }
}

/// Makes every source due again, as if its time had come.
pub fn all_due(house: &House) -> Ended {
    house.run(&["fetch", "--all"])
}
