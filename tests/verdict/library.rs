//! Small libraries made up from a seed: variables of all kinds, functions that use them, constructors, tables of functions, a class.
//! A [`Library`] is a description, so that [`super::mutation`] can change one thing in it; [`Library::source`] writes it as C or C++.

use std::fmt::Write;

/// Numbers that look random and are the same in every run (xorshift).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 16) % end.max(1) as u64) as usize
    }

    pub fn pick<'p, T>(&mut self, of: &'p [T]) -> &'p T {
        &of[self.below(of.len())]
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    Static,
    Global,
    StaticThread,
    GlobalThread,
}

#[derive(Clone)]
pub struct Variable {
    pub name: String,
    pub storage: Storage,
    pub kind: &'static str,
    /// Elements, a power of two; 1 is no array.
    pub len: usize,
    /// 0 puts it into `.bss` or `.tbss`.
    pub value: usize,
}

impl Variable {
    pub fn is_thread_local(&self) -> bool {
        matches!(self.storage, Storage::StaticThread | Storage::GlobalThread)
    }

    fn declaration(&self) -> String {
        let storage = match self.storage {
            Storage::Static => "static ",
            Storage::Global => "",
            Storage::StaticThread => "static __thread ",
            Storage::GlobalThread => "__thread ",
        };
        let array = if self.len > 1 { format!("[{}]", self.len) } else { String::new() };
        let value = match (self.value, self.len) {
            (0, _) => String::new(),
            (value, 1) => format!(" = {value}"),
            (value, _) => format!(" = {{ {value}, {} }}", value + 1),
        };
        format!("{storage}{} {}{array}{value};", self.kind, self.name)
    }

    fn place(&self) -> String {
        if self.len > 1 { format!("{}[x & {}]", self.name, self.len - 1) } else { self.name.clone() }
    }
}

/// An exported function.
#[derive(Clone)]
pub struct Function {
    pub name: String,
    /// Of variables by index.
    pub uses: Vec<usize>,
    pub factor: usize,
    pub text: String,
    pub has_switch: bool,
    pub has_loop: bool,
    /// Statements at its start, verbatim.
    pub more: String,
}

#[derive(Clone)]
pub struct Constructor {
    pub name: String,
    pub variable: usize,
    pub value: usize,
}

#[derive(Clone)]
pub struct Class {
    pub methods: Vec<String>,
    pub factor: usize,
}

#[derive(Clone)]
pub struct Library {
    pub variables: Vec<Variable>,
    pub functions: Vec<Function>,
    pub constructors: Vec<Constructor>,
    /// What constructors call computes with this.
    pub setup_factor: usize,
    /// Functions in a table in writable data, by index.
    pub table: Vec<usize>,
    /// The static variable that a pointer in writable data leads to.
    pub pointee: usize,
    /// Elements of an exported constant.
    pub limits: usize,
    pub class: Option<Class>,
    /// Verbatim source before and behind everything else.
    pub before: String,
    pub behind: String,
}

impl Library {
    pub fn new(seed: u64, with_class: bool) -> Self {
        let mut dice = Dice::new(seed);
        let mut variables: Vec<Variable> = (0..6 + dice.below(5)).map(|number| variable(number, &mut dice)).collect();
        // of each kind that mutations ask for there are some
        for (index, value) in [(0, 0), (1, 0), (2, 7), (3, 9)] {
            variables[index] = Variable { storage: Storage::Static, kind: "long", len: 1, value, ..variables[index].clone() };
        }
        variables[4].storage = *dice.pick(&[Storage::StaticThread, Storage::GlobalThread]);
        variables[5] = Variable { storage: Storage::Global, value: 3 + dice.below(90), ..variables[5].clone() };
        let mut functions: Vec<Function> = (0..5 + dice.below(6)).map(|number| function(number, &mut dice)).collect();
        // each variable has a function that writes it, and is read by a second one
        for index in 0..variables.len() {
            let (first, count) = (index % functions.len(), functions.len());
            functions[first].uses.push(index);
            functions[(first + 1 + dice.below(count - 1)) % count].uses.push(index);
        }
        let constructors = (0..1 + dice.below(2))
            .map(|number| Constructor { name: format!("start_{number}"), variable: 2 + number, value: 10 + dice.below(80) })
            .collect();
        let table = (0..2 + dice.below(2)).collect();
        let class = with_class.then(|| Class {
            methods: (0..3 + dice.below(3)).map(|number| format!("method_{number}")).collect(),
            factor: 3 + dice.below(50),
        });
        let (pointee, limits) = (dice.below(2), 4 + dice.below(8));
        let setup_factor = 3 + dice.below(40);
        let (before, behind) = (String::new(), String::new());
        Library { variables, functions, constructors, setup_factor, table, pointee, limits, class, before, behind }
    }

    /// The same text is C and C++.
    pub fn source(&self) -> String {
        let mut text = String::from(HEAD);
        let out = &mut text;
        let _ = writeln!(out, "{}", self.before);
        for variable in &self.variables {
            let _ = writeln!(out, "{}", variable.declaration());
        }
        for function in &self.functions {
            let _ = writeln!(out, "long {}(long x);", function.name);
        }
        let names: Vec<&str> = self.table.iter().map(|&index| self.functions[index].name.as_str()).collect();
        let pointee = &self.variables[self.pointee].name;
        let limits: Vec<String> = (1..=self.limits).map(|limit| (limit * 17).to_string()).collect();
        let _ = writeln!(out, "static long (*handlers[])(long) = {{ {} }};", names.join(", "));
        let _ = writeln!(out, "static long *cursor = &{pointee};");
        let _ = writeln!(out, "extern const long limits[];\nconst long limits[{}] = {{ {} }};", self.limits, limits.join(", "));
        let _ = writeln!(
            out,
            "long dispatch(long x) {{ handlers[x & 1] = handlers[(x >> 1) & 1]; cursor += x & 1; \
             return handlers[x & 1](x) + *cursor + limits[x & 3]; }}"
        );
        self.constructors(out);
        for function in &self.functions {
            self.function(function, out);
        }
        let _ = writeln!(out, "{}\n{TAIL}", self.behind);
        self.class.iter().for_each(|class| class.source(out));
        text
    }

    fn constructors(&self, out: &mut String) {
        let factor = self.setup_factor;
        let _ = writeln!(out, "NOINLINE static long set_up(long x) {{ return x * {factor} ^ (x >> 3); }}");
        for Constructor { name, variable, value } in &self.constructors {
            let place = &self.variables[*variable].name;
            let _ = writeln!(
                out,
                "__attribute__((constructor)) static void {name}(void) {{ {place} = {value}; {place} += set_up(getpid()); }}"
            );
        }
    }

    fn function(&self, function: &Function, out: &mut String) {
        let Function { name, uses, factor, text, has_switch, has_loop, more } = function;
        let _ = writeln!(out, "long {name}(long x) {{\n    {more}");
        for &index in uses {
            let place = self.variables[index].place();
            let _ = writeln!(out, "    {place} += x * {factor}; x ^= (long){place};");
        }
        let _ = writeln!(out, "    if (__builtin_expect(x == {factor}, 0)) complain(\"{text}\", x);");
        if *has_switch {
            let _ = writeln!(
                out,
                "    switch (x & 7) {{ case 0: x += puts(\"{text} 0\"); break; case 1: x *= 3; break; case 2: x = getpid(); break;\n\
                 case 3: x -= 11; break; case 4: x = -x; break; case 6: return x / {factor}; default: x ^= 5; }}"
            );
        }
        if *has_loop {
            let _ = writeln!(out, "    for (long i = 0; i < (x & 15); i++) x = x * 31 + i;");
        }
        let _ = writeln!(out, "    return x + {factor};\n}}");
    }
}

const HEAD: &str = "#ifdef __cplusplus
extern \"C\" {
#endif
#define NOINLINE __attribute__((noinline))
extern int puts(const char *);
extern int getpid(void);
extern unsigned long strlen(const char *);
NOINLINE __attribute__((cold)) static void complain(const char *text, long x) { if (x > 5) puts(text); }
";

const TAIL: &str = "const char *built(void) { return __FILE__ \" \" __DATE__ \" \" __TIME__; }
#ifdef __cplusplus
}
#endif
";

impl Class {
    fn source(&self, out: &mut String) {
        let Class { methods, factor } = self;
        let _ = writeln!(out, "struct Base {{\n    virtual ~Base();");
        for method in methods {
            let _ = writeln!(out, "    virtual long {method}(long x);");
        }
        let _ = writeln!(out, "    long state;\n}};\nstruct Derived : Base {{ long {}(long x) override; }};", methods[0]);
        let _ = writeln!(out, "Base::~Base() {{ state = 0; }}");
        for (index, method) in methods.iter().enumerate() {
            let _ = writeln!(out, "long Base::{method}(long x) {{ return state * {} + x; }}", index + 2);
        }
        let _ = writeln!(out, "long Derived::{}(long x) {{ return state ^ x * {factor}; }}", methods[0]);
        let _ = writeln!(out, "static Derived object;\nextern \"C\" Base *make() {{ object.state++; return &object; }}");
    }
}

fn variable(number: usize, dice: &mut Dice) -> Variable {
    let storage = *dice.pick(&[Storage::Static, Storage::Static, Storage::Global, Storage::StaticThread, Storage::GlobalThread]);
    let kind = *dice.pick(&["int", "long", "short", "char", "double", "unsigned"]);
    let len = *dice.pick(&[1, 1, 1, 4, 16]);
    let value = if dice.below(2) == 0 { 0 } else { 1 + dice.below(60) };
    Variable { name: format!("variable_{number}"), storage, kind, len, value }
}

fn function(number: usize, dice: &mut Dice) -> Function {
    Function {
        name: format!("function_{number}"),
        uses: Vec::new(),
        factor: 3 + dice.below(60),
        text: format!("text {number} {}", dice.below(1000)),
        has_switch: dice.below(3) == 0,
        has_loop: dice.below(3) == 0,
        more: String::new(),
    }
}
