//! Putting short lists in order. The library's sorts are quick with a million things and carry a lot of code for each
//! kind of thing; here there are at most a few hundred, mostly in order already.

/// Sorts by a key, smallest first; what has the same key keeps its order.
pub fn by_key<T, K: PartialOrd>(items: &mut [T], key: impl Fn(&T) -> K) {
    for place in 1..items.len() {
        let mut at = place;
        while at > 0 && key(&items[at]) < key(&items[at - 1]) {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::by_key;

    #[test]
    fn things_are_sorted_and_equals_keep_their_order() {
        let mut words = ["pear", "fig", "kiwi", "nut", "plum", "a"];
        by_key(&mut words, |word| word.len());
        assert_eq!(words, ["a", "fig", "nut", "pear", "kiwi", "plum"]);
        by_key::<u8, u8>(&mut [], |byte| *byte);
    }
}
