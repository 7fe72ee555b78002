//! Named changes to a [`Library`]: dangerous ones, after which running state and new code do not fit, and harmless ones.

use super::library::{Constructor, Dice, Function, Library, Storage, Variable};

/// What a mutation can only show in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// Slots of lazily bound functions in writable data.
    LazySlots,
    Class,
    /// It only has an effect where the compiler keeps the order of the source; asked of the symbol table.
    Order,
    /// Another time of building.
    Date,
}

pub struct Mutation {
    pub name: &'static str,
    pub needs: Needs,
    pub apply: fn(&mut Library, &mut Dice),
}

const fn plain(name: &'static str, apply: fn(&mut Library, &mut Dice)) -> Mutation {
    Mutation { name, needs: Needs::Nothing, apply }
}

const fn with(name: &'static str, needs: Needs, apply: fn(&mut Library, &mut Dice)) -> Mutation {
    Mutation { name, needs, apply }
}

pub const DANGEROUS: &[Mutation] = &[
    plain("a new initialised variable", |library, dice| add_variable(library, Storage::Static, 5 + dice.below(50))),
    plain("a new variable in .bss", |library, _| add_variable(library, Storage::Static, 0)),
    plain("a new exported variable", |library, dice| add_variable(library, Storage::Global, dice.below(50))),
    plain("a new thread-local variable", |library, dice| add_variable(library, Storage::StaticThread, dice.below(9))),
    plain("a variable is gone", |library, _| remove_variable(library, false)),
    plain("a thread-local variable is gone", |library, _| remove_variable(library, true)),
    plain("a larger array", |library, dice| {
        let index = shared(library, dice);
        library.variables[index].len *= 32;
    }),
    plain("a wider variable", |library, dice| {
        let index = shared(library, dice);
        let variable = &mut library.variables[index];
        variable.kind = if variable.kind == "__int128" { "char" } else { "__int128" };
    }),
    plain("another initial value", |library, dice| {
        let index = *dice.pick(&[2, 3, 5]);
        library.variables[index].value += 1 + dice.below(7);
    }),
    plain("an initial value where there was none", |library, dice| library.variables[dice.below(2)].value = 8),
    plain("another thread-local value", |library, dice| library.variables[4].value += 1 + dice.below(7)),
    with("two variables exchange places", Needs::Order, |library, _| exchange(library, 0)),
    with("two initialised variables exchange places", Needs::Order, |library, _| exchange(library, 2)),
    plain("an export is gone", |library, _| library.functions[4].name = "other_name".into()),
    plain("an export is hidden", |library, _| {
        let name = &library.functions[4].name;
        library.before = format!("__attribute__((visibility(\"hidden\"))) long {name}(long x);");
    }),
    plain("an exported constant grows", |library, _| library.limits += 2),
    plain("a constructor stores another value", |library, dice| library.constructors[0].value += 1 + dice.below(9)),
    plain("a constructor more", |library, _| {
        library.constructors.push(Constructor { name: "late".into(), variable: 0, value: 1 });
    }),
    plain("a constructor less", |library, _| drop(library.constructors.pop())),
    plain("what a constructor calls changes", |library, dice| library.setup_factor += 1 + dice.below(9)),
    plain("a table of functions in another order", |library, _| library.table.swap(0, 1)),
    plain("a longer table of functions", |library, _| library.table.push(3)),
    plain("a pointer to another variable", |library, _| library.pointee ^= 1),
    with("a new lazily bound function", Needs::LazySlots, |library, _| {
        library.functions[1].more = "x += strlen((const char *)x);".into();
    }),
    with("a virtual function more", Needs::Class, |library, _| methods(library).push("method_more".into())),
    with("a virtual function in the middle", Needs::Class, |library, _| methods(library).insert(1, "method_middle".into())),
    with("virtual functions in another order", Needs::Class, |library, _| methods(library).swap(0, 1)),
];

pub const HARMLESS: &[Mutation] = &[
    plain("the same source", |_, _| {}),
    with("another time of building", Needs::Date, |_, _| {}),
    plain("a comment", |library, _| library.before = "/* a comment\n   of several lines */".into()),
    plain("a static function more", |library, dice| {
        let factor = 3 + dice.below(90);
        library.before = format!("NOINLINE static long added(long x) {{ return x * {factor} ^ (x >> 5); }}");
        library.behind = "long uses_added(long x) { return added(x) + 1; }".into();
    }),
    plain("an export more", |library, dice| {
        library.behind = format!("long another(long x) {{ return x * {} + puts(\"another\"); }}", 3 + dice.below(90));
    }),
    plain("a constant more", |library, _| {
        library.behind = "static const int squares[] = { 0, 1, 4, 9, 16, 25, 36, 49 };
            long square(long x) { return squares[x & 7]; }"
            .into();
    }),
    plain("another text of the same length", |library, dice| {
        let function = &mut library.functions[dice.below(4)];
        function.text = "x".repeat(function.text.len());
    }),
    plain("a longer text", |library, dice| library.functions[dice.below(4)].text.push_str(&" and so on".repeat(40))),
    plain("another number in a function", |library, dice| {
        if let Some(function) = quiet(library, dice) {
            function.factor += 1 + dice.below(30);
        }
    }),
    plain("a longer function", |library, dice| {
        if let Some(function) = quiet(library, dice) {
            function.more = "for (long k = 0; k < (x & 63); k++) { x = x * 7 + k; x ^= x >> 9; }".into();
        }
    }),
    with("what a virtual function computes", Needs::Class, |library, dice| {
        library.class.iter_mut().for_each(|class| class.factor += 1 + dice.below(9));
    }),
];

fn add_variable(library: &mut Library, storage: Storage, value: usize) {
    library.variables.push(Variable { name: "added".into(), storage, kind: "long", len: 1, value });
    let added = library.variables.len() - 1;
    library.functions[0].uses.push(added);
    library.functions[1].uses.push(added);
}

/// Two neighbours are declared in the other order; their users follow them.
fn exchange(library: &mut Library, first: usize) {
    library.variables.swap(first, first + 1);
    let follow =
        |index: &mut usize| *index = if matches!(index.wrapping_sub(first), 0 | 1) { 2 * first + 1 - *index } else { *index };
    library.functions.iter_mut().flat_map(|function| &mut function.uses).for_each(follow);
    library.constructors.iter_mut().for_each(|constructor| follow(&mut constructor.variable));
    follow(&mut library.pointee);
}

/// The fifth variable is thread-local, the sixth is not; functions alone use them.
fn remove_variable(library: &mut Library, is_thread_local: bool) {
    let index = if is_thread_local { 4 } else { 5 };
    for Function { uses, .. } in &mut library.functions {
        uses.retain(|&used| used != index);
        uses.iter_mut().filter(|used| **used > index).for_each(|used| *used -= 1);
    }
    library.variables.remove(index);
}

/// A variable that is not thread-local, and that no pointer leads to.
fn shared(library: &Library, dice: &mut Dice) -> usize {
    let fits = |&index: &usize| index > 3 && !library.variables[index].is_thread_local();
    let indices: Vec<usize> = (0..library.variables.len()).filter(fits).collect();
    *dice.pick(&indices)
}

/// A function without thread-local variables: where names are missing, the offsets of those are plain numbers in the code.
fn quiet<'l>(library: &'l mut Library, dice: &mut Dice) -> Option<&'l mut Function> {
    let variables = library.variables.clone();
    let mut fitting: Vec<&mut Function> = library
        .functions
        .iter_mut()
        .filter(|function| !function.uses.iter().any(|&index| variables[index].is_thread_local()))
        .collect();
    let index = dice.below(fitting.len());
    (!fitting.is_empty()).then(|| fitting.swap_remove(index))
}

fn methods(library: &mut Library) -> &mut Vec<String> {
    &mut library.class.as_mut().expect("the mutation needs a class").methods
}
