//! The same work for many people, shared out among threads.

/// The same for everybody, several threads each with a share of them; the answers one behind the other. So many people are worth
/// a thread of their own. `work` gets the place of the first of its share. People are judged each for themselves, so several threads come to the same as one.
pub(super) fn in_shares<T: Sync, R: Send>(
    people: &[T],
    worth_a_thread: usize,
    work: impl Fn(usize, &[T]) -> Vec<R> + Sync,
) -> Vec<R> {
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8)
        .min(people.len() / worth_a_thread.max(1))
        .max(1);
    if threads == 1 {
        return work(0, people);
    }
    let size = people.len().div_ceil(threads);
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> = people
            .chunks(size)
            .enumerate()
            .map(|(at, part)| (at * size, part, scope.spawn(move || work(at * size, part))))
            .collect();
        running
            .into_iter()
            .flat_map(|(from, part, thread)| thread.join().unwrap_or_else(|_| work(from, part)))
            .collect()
    })
}
