use super::*;
use crate::publish::Shelf;
fn more(i: u32, lang: bool) -> Item {
    let media = [
        "新华日报",
        "财联社",
        "券商中国",
        "上海证券报",
        "央视新闻客户端",
        "每日经济新闻",
        "第一财经",
    ];
    let titles = [
        "春江两岸育秧忙：智能农机下田，今年产量预计增加百分之五",
        "多家银行下调存款利率，存量客户如何打理闲钱",
        "芯片设备国产化提速，产业链公司订单饱满",
        "夜间经济升温：老街新店里的消费账本",
        "特大城市轨道交通网再延伸，三条新线年底通车",
        "海上风电项目并网发电，年减碳约四十万吨",
    ];
    let en = [
        "Rate cut expected as inflation cools further in the third quarter",
        "A small town's library turns its roof into a power plant",
        "Chip makers race to build packaging lines closer to customers",
    ];
    let mut it = if lang {
        Item { title: en[i as usize % 3].into(), ..english() }
    } else {
        Item {
            title: titles[i as usize % 6].into(),
            medium: Some(media[i as usize % 7].into()),
            ..chinese()
        }
    };
    it.id = ItemId::new(format!("item{i:012}"));
    it.uri = format!("tag:x:{i}");
    it.published = at(22 - i / 9, 23 - (i * 5) % 24, (i * 7) % 60);
    it.updated = it.published;
    it
}
#[test]
fn demo() {
    let mut lib = library(site("https://news.example.org/", std::env!("DEMO_LANG")));
    if std::env!("DEMO_LANG") == "en" {
        lib.site.title = "Example Finance".into();
        lib.site.footer =
            Some("Nothing here is advice. Articles belong to those who published them.".into());
    }
    let names = [
        ("财联社", "cailianshe"),
        ("券商中国", "quanshangzhongguo"),
        ("上海证券报", "shanghaizhengquanbao"),
        ("Technology", "tech"),
        ("央视新闻客户端", "yangshixinwenkehuduan"),
        ("21世纪经济报道 21财经APP", "21shijijingjibaodao 21caijingAPP"),
        ("每日经济新闻", "meirijingjixinwen"),
        ("第一财经", "diyicaijing"),
    ];
    for (n, s) in names {
        lib.categories.insert(CategoryId::new(n), category(n, s));
    }
    for i in 0..260u32 {
        let n = format!(
            "{}{}",
            ["安信国际", "北京晨报", "重庆日报", "都市快报", "厦门日报", "TechWeb", "Wind资讯"]
                [i as usize % 7],
            i / 7
        );
        let s = format!(
            "{}{}",
            [
                "anxinguoji",
                "beijingchenbao",
                "zhongqingribao",
                "doushikuaibao",
                "shamenribao",
                "TechWeb",
                "Windzixun"
            ][i as usize % 7],
            i / 7
        );
        lib.categories.insert(CategoryId::new(n.clone()), category(&n, &s));
    }
    let press = Press::new(lib.clone()).unwrap();
    let items: Vec<Item> = (0..30).map(|i| more(i, i % 5 == 4)).collect();
    let mut files = press.fixed();
    files.extend(press.all(&items));
    let cat = category("新华日报", "xinhuaribao");
    files.extend(press.category(&cat, &items));
    files.extend(press.category(&category("空", "空 kong"), &[]));
    let cats: Vec<Category> = names.iter().map(|(n, s)| category(n, s)).chain([cat]).collect();
    let shelves: Vec<Shelf<'_>> = cats
        .iter()
        .enumerate()
        .map(|(i, c)| Shelf { category: c, items: &items[i..i + 5], total: 7 * i as u64 + 5 })
        .collect();
    files.push(press.home(&shelves));
    files.push(press.opml());
    for it in &items {
        files.push(press.share(it));
    }
    let rich = "<p>在江南水乡的清晨，薄雾还未散去，春江两岸的试验田里，新一代智能育秧机已经开始作业。驾驶舱里没有人，屏幕上跳动着土壤湿度与播种密度的数据。“今年产量预计增加百分之五”，农技员在田埂上说。</p><h2>机器下田，人上云端</h2><p>据统计，全县已有<strong>三成</strong>水田使用无人农机，每亩节约用工成本约<em>六十元</em>。更多数据见<a href=\"https://portal.example.com/data\">年度报告</a>。</p><blockquote><p>过去靠经验，现在看数据。</p></blockquote><figure><img src=\"field.png\" alt=\"试验田\"><figcaption>清晨的试验田</figcaption></figure><ul><li>育秧：三月下旬</li><li>插秧：五月上旬</li></ul><table><thead><tr><th>地区</th><th>面积（亩）</th><th>增产</th><th>备注</th></tr></thead><tbody><tr><td>东乡</td><td>12,400</td><td>5.1%</td><td>全部机插，秧苗统一供应</td></tr><tr><td>西乡</td><td>8,900</td><td>4.7%</td><td>部分机插</td></tr></tbody></table><pre><code>yield = area * density * 1.05  # a long line of code that must scroll instead of widening the page</code></pre><p>averyveryveryveryveryveryveryveryveryveryveryveryverylongwordwithoutanybreakatall</p>";
    let mut it = Item {
        body: SafeHtml::stored(rich.into()),
        image: None,
        enclosures: english().enclosures,
        ..chinese()
    };
    files.push(press.share(&it));
    it.id = ItemId::new("bare");
    it.link = None;
    it.body = SafeHtml::default();
    it.medium = None;
    it.summary = None;
    files.push(press.share(&it));
    let root = std::path::Path::new("/tmp/demo");
    for f in files {
        let p = root.join(&f.path);
        std::fs::create_dir_all(p.parent().unwrap()).unwrap();
        std::fs::write(p, f.bytes).unwrap();
    }
    let note = SourceNote {
        title: "Blog & Co".into(),
        feed: None,
        home: Some("https://blog.example.com/".into()),
    };
    for (f, n) in [
        (crate::publish::Format::Html, "lone.html"),
        (crate::publish::Format::Markdown, "lone.md"),
        (crate::publish::Format::Rss, "lone.rss"),
    ] {
        let mut a = vec![english()];
        let mut c = chinese();
        c.body = SafeHtml::stored(rich.into());
        a.push(c);
        std::fs::write(root.join(n), crate::publish::document(&lib.site, &note, &a, f)).unwrap();
    }
}
