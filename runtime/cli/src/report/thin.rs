//! Series of bounded length from recordings of any length.

/// What can stand for itself and its neighbour.
pub trait Join {
    /// Takes in the entry that follows.
    fn join(&mut self, next: Self);
}

/// A series that never holds more than twice `most` entries: when it is full, neighbours
/// are joined in pairs, and from then on each entry stands for twice as many items.
///
/// What it holds depends on the items alone, not on when they came.
#[derive(Clone, Debug)]
pub struct Thin<T> {
    entries: Vec<T>,
    most: usize,
    /// Items that an entry stands for.
    each: u64,
    /// Items in the last entry.
    last: u64,
}

impl<T: Join> Thin<T> {
    /// An empty series that holds `most` to twice `most` entries once it had as many items.
    pub fn new(most: usize) -> Self {
        Self { entries: Vec::with_capacity(2 * most), most, each: 1, last: 0 }
    }

    /// Adds the next item.
    pub fn push(&mut self, item: T) {
        match self.entries.last_mut() {
            Some(entry) if self.last < self.each => {
                entry.join(item);
                self.last += 1;
            }
            _ => {
                if self.entries.len() == 2 * self.most {
                    self.halve();
                }
                self.entries.push(item);
                self.last = 1;
            }
        }
    }

    /// The entries, each with the items that it stands for: from, and up to.
    pub fn spans(&self) -> impl ExactSizeIterator<Item = (u64, u64, &T)> {
        let count = self.entries.len();
        self.entries.iter().enumerate().map(move |(index, entry)| {
            let from = index as u64 * self.each;
            let items = if index + 1 == count { self.last } else { self.each };
            (from, from + items, entry)
        })
    }

    /// The entries.
    pub fn entries(&self) -> &[T] {
        &self.entries
    }

    /// Items that an entry stands for; the last may stand for fewer.
    pub fn each(&self) -> u64 {
        self.each
    }

    /// Items in all.
    #[cfg(test)]
    fn items(&self) -> u64 {
        (self.entries.len().saturating_sub(1)) as u64 * self.each + self.last
    }

    /// Joins neighbours; there is an even number of full entries.
    fn halve(&mut self) {
        let mut joined = Vec::with_capacity(2 * self.most);
        let mut entries = self.entries.drain(..);
        while let Some(mut entry) = entries.next() {
            if let Some(next) = entries.next() {
                entry.join(next);
            }
            joined.push(entry);
        }
        drop(entries);
        self.entries = joined;
        self.each *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Sum(u64, u64);

    impl Join for Sum {
        fn join(&mut self, next: Self) {
            self.0 += next.0;
            self.1 += next.1;
        }
    }

    #[test]
    fn nothing_is_lost_and_the_length_is_bounded() {
        for items in [0, 1, 7, 8, 9, 16, 17, 100, 1_000, 12_345] {
            let mut thin = Thin::new(4);
            (0..items).for_each(|item| thin.push(Sum(1, item)));
            assert!(thin.entries().len() <= 8);
            assert!(items < 4 || thin.entries().len() >= 4, "{items}");
            assert_eq!(thin.items(), items);
            let mut next = 0;
            for (from, to, Sum(count, sum)) in thin.spans() {
                assert_eq!((from, *count), (next, to - from));
                assert_eq!(*sum, (from..to).sum::<u64>());
                next = to;
            }
            assert_eq!(next, items);
        }
    }
}
