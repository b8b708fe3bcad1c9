//! Addresses are good as a whole or not at all.

use super::{CODE, Key, code};

fn key() -> Key {
    Key::new(std::array::from_fn(|at| at as u8))
}

#[test]
fn an_address_is_read_back_and_no_other_is() {
    let code = code([7; CODE]);
    assert_eq!(code.len(), 16);
    let address = key().sign(&code);
    assert_eq!(address.len(), 42);
    assert!(address.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    assert_eq!(key().code(&address), Some(code.as_str()));
    let other = Key::new([1; 32]);
    assert_eq!(other.code(&address), None);
    for at in 0..address.len() {
        for letter in ['0', 'z', 'Z', '-', '字'] {
            let mut wrong: Vec<char> = address.chars().collect();
            if wrong[at] == letter {
                continue;
            }
            wrong[at] = letter;
            let wrong: String = wrong.into_iter().collect();
            assert_eq!(key().code(&wrong), None, "{wrong}");
        }
    }
    for wrong in ["", "0", &address[..16], &address[..41], &format!("{address}0")] {
        assert_eq!(key().code(wrong), None, "{wrong}");
    }
}

#[test]
fn a_key_is_kept_as_text_and_never_shown() {
    let text = key().text();
    assert_eq!(Key::read(&text).unwrap().sign("a"), key().sign("a"));
    assert_eq!(format!("{:?}", key()), "Key(…)");
    for wrong in ["", "00", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
        assert!(Key::read(wrong).is_none(), "{wrong}");
    }
}
