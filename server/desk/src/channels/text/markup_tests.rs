use proptest::prelude::*;

use super::to_whatsapp;

fn becomes(pairs: &[(&str, &str)]) {
    for (text, expected) in pairs {
        assert_eq!(to_whatsapp(text), *expected, "{text}");
    }
}

#[test]
fn markdown_becomes_whatsapps_own_markup() {
    becomes(&[
        ("This is **bold** and __so is this__.", "This is *bold* and *so is this*."),
        ("**a b**, **c**!", "*a b*, *c*!"),
        ("***both***", "*_both_*"),
        ("~~gone~~", "~gone~"),
        ("[Our page](https://example.org/a?b=1&c=2)", "Our page (https://example.org/a?b=1&c=2)"),
        ("See [this **one**](https://example.org \"Title\").", "See this *one* (https://example.org)."),
        ("[https://example.org/](https://example.org)", "https://example.org"),
        (
            "[Lund (city)](https://sv.wikipedia.org/wiki/Lund_(stad))",
            "Lund (city) (https://sv.wikipedia.org/wiki/Lund_(stad))",
        ),
        ("![A cat](https://example.org/cat.jpg)", "A cat (https://example.org/cat.jpg)"),
        ("![](https://example.org/cat.jpg)", "https://example.org/cat.jpg"),
        ("**[Track](https://example.org)**", "*Track (https://example.org)*"),
        ("**Two\nlines**", "*Two*\n*lines*"),
        ("- **Opening hours:** 9 to 5", "- *Opening hours:* 9 to 5"),
    ]);
}

#[test]
fn html_becomes_lines_and_marks() {
    becomes(&[
        (
            "<b>bold</b>, <strong>strong</strong>, <i>it</i>, <em>em</em>, <s>no</s>",
            "*bold*, *strong*, _it_, _em_, ~no~",
        ),
        ("<p>One</p>\n<p>Two<br>three<br/>\nfour</p>", "One\n\nTwo\nthree\nfour"),
        ("Choose:<ul><li>Tea</li>\n<li> Coffee </li></ul>Thanks", "Choose:\n- Tea\n- Coffee\nThanks"),
        ("<ol><li>One</li><li>Two</li></ol>", "1. One\n2. Two"),
        ("<a href=\"https://example.org/?a=1&amp;b=2\">Shop</a>!", "Shop (https://example.org/?a=1&b=2)!"),
        ("<a href='https://example.org'>example.org</a>", "https://example.org"),
        ("<A HREF=mailto:shop@example.org>Write to us</A>", "Write to us (shop@example.org)"),
        ("<a href=\"javascript:alert(1)\">Look</a> <a href=\"#top\">up</a>", "Look up"),
        ("<h2>Hours</h2><div>9 to 5</div>", "*Hours*\n\n9 to 5"),
        ("<span style=\"color:red\">red</span> <font>plain</font><img src=x>", "red plain"),
        ("<speak>Hi <break time=\"1s\"/>there</speak>", "Hi there"),
        ("<b> spaced </b>out", " *spaced* out"),
        ("<b>Hel</b>lo", "Hello"),
        ("<b><i>both</i></b> and <b>**twice**</b>", "*_both_* and *twice*"),
        ("<code>a **b** &lt;c&gt;</code>", "```a **b** <c>```"),
        ("<b>never closed", "never closed"),
        ("<a href=\"https://example.org\">never closed", "never closed (https://example.org)"),
        ("closed</b> only", "closed only"),
        ("a<!-- hidden -->b<script>evil()</script>c", "abc"),
        ("Tom &amp; Jerry &lt;3 &euro;5 &#127881;", "Tom & Jerry <3 €5 🎉"),
        ("&lt;b&gt; is how you write <b>b</b>", "<b> is how you write *b*"),
        ("**Dear <i>you</i></b>**", "*Dear _you_*"),
        ("<b>a **x</b> y** z", "a *x y* z"),
    ]);
}

#[test]
fn what_only_looks_like_markup_stays() {
    for text in [
        "",
        "Hej! Ring 2 * 3 * 4, a_b_c, ~5 kr",
        "*already* _fine_ ~so~ ```x = **y**``` `__init__`",
        "2 ** 3 ** 4 and 2**3**4 and snake__case__name",
        "**",
        "** a **",
        "**a",
        "a**",
        "____",
        "******",
        "~~~",
        "__ __",
        "a < b && b > c, i <3 u, <name>, <you@example.org>, <https://example.org>",
        "[1] see (2), [x] (y), arr[0](x), [a]()",
        "[open (never",
        "AT&T; R&D &c",
        "  spaces before\n\n\n  and behind \n",
        "https://example.org/?a=1&copy=2&lt=3",
    ] {
        assert_eq!(to_whatsapp(text), text);
    }
}

/// Text of everything that means something here.
fn marked() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "**",
        "__",
        "***",
        "~~",
        "*",
        "_",
        "~",
        "`",
        "```",
        "[",
        "](",
        ")",
        "![",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<p>",
        "</p>",
        "<br>",
        "<li>",
        "<ul>",
        "</ul>",
        "<a href=\"https://a.se\">",
        "</a>",
        "<pre>",
        "</pre>",
        "<x>",
        "</x>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "&lt;",
        "&",
        ";",
        "&#",
        "å",
        "日",
        "👩‍💻",
        " ",
        "  ",
        "\n",
        "\n\n",
        "a",
        "word",
        "<td>",
        "<h1>",
        "</h1>",
        "\\",
        "\t",
        "<",
        ">",
        "\"",
        "'",
        "=",
    ]);
    prop::collection::vec(bits, 0..60).prop_map(|bits| bits.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_turned_into_something_and_always_the_same(text in marked(), other in "\\PC{0,80}") {
        for text in [text, other] {
            prop_assert_eq!(to_whatsapp(&text), to_whatsapp(&text));
        }
    }

    #[test]
    fn a_text_without_markup_is_not_changed(text in "[^<&\\[*_~]{0,80}", single in "[a-zåäö0-9*_~ .,!?\n]{0,60}") {
        prop_assert_eq!(&to_whatsapp(&text), &text);
        if !["**", "__", "~~"].iter().any(|mark| single.contains(mark)) {
            prop_assert_eq!(&to_whatsapp(&single), &single);
        }
    }

    #[test]
    fn no_word_is_lost(words in prop::collection::vec("[a-z]{2,8}", 1..12), picks in prop::collection::vec(0_usize..6, 12)) {
        let dress = |(word, pick): (&String, &usize)| match pick {
            0 => format!("**{word}**"),
            1 => format!("<b>{word}</b>"),
            2 => format!("<p>{word}</p>"),
            3 => format!("[{word}](https://a.se)"),
            4 => format!("<li>{word}"),
            _ => word.clone(),
        };
        let text: Vec<String> = words.iter().zip(&picks).map(dress).collect();
        let out = to_whatsapp(&text.join(" "));
        let found: Vec<&str> = out
            .split(|letter: char| !letter.is_ascii_lowercase())
            .filter(|part| !part.is_empty() && !["https", "a", "se"].contains(part))
            .collect();
        let sent: Vec<&str> = words.iter().map(String::as_str).filter(|word| !["se"].contains(word) && *word != "https").collect();
        prop_assert_eq!(found, sent, "{}", out);
    }
}
