//! Work on many things, on as many threads as there are cores; the results in the things' order.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// More threads than these only wait for each other and for the disk.
const MOST: usize = 8;

/// What `work` makes of each thing. Threads take the next thing when they are done with one, since
/// some take longer than others.
pub fn together<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(MOST).min(things.len());
    if threads < 2 {
        return things.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let one = || {
        let mut done = Vec::new();
        while let Some((place, thing)) = take(&next, things) {
            done.push((place, work(thing)));
        }
        done
    };
    let mut all = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(one)).collect();
        let mut all = one();
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        all
    });
    all.sort_unstable_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, result)| result).collect()
}

fn take<'t, T>(next: &AtomicUsize, things: &'t [T]) -> Option<(usize, &'t T)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    Some((place, things.get(place)?))
}

#[cfg(test)]
mod tests {
    use super::together;

    #[test]
    fn results_stand_in_the_order_of_things() {
        for many in [0, 1, 2, 1_000] {
            let things: Vec<usize> = (0..many).collect();
            let expect: Vec<usize> = things.iter().map(|n| n * 2).collect();
            assert_eq!(together(&things, |n| n * 2), expect);
        }
    }
}
