//! Which compiler a source's name asks for, and how rustc is told what the others are told in gcc's words.

/// The first words of a build command.
pub fn compiler_for(sources: &[String]) -> Vec<String> {
    let has = |extension: &str| sources.iter().any(|source| source.ends_with(extension));
    let compiler = match () {
        () if has(".rs") => "rustc",
        () if has(".cpp") => "g++",
        () if has(".f90") => "gfortran",
        () if has(".go") => "gccgo",
        () => "gcc",
    };
    // every library that a case names is to be needed, which is not every compiler's default
    vec![compiler.into(), "-Wl,--no-as-needed".into()]
}

/// The command as its compiler understands it; only rustc differs.
pub fn in_its_words(command: &[String]) -> Vec<String> {
    if command[0] != "rustc" {
        return command.to_vec();
    }
    let mut words = ["rustc", "--edition", "2021", "-O"].map(String::from).to_vec();
    let mut rest = command[1..].iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-o" => words.extend([word.clone(), rest.next().cloned().unwrap_or_default()]),
            "-shared" => words.extend(["--crate-type", "cdylib"].map(String::from)),
            "-O1" | "-fPIC" | "-fPIE" | "-pie" => {}
            _ if word.ends_with(".rs") => words.push(word.clone()),
            _ => match word.strip_prefix("-D") {
                Some(name) => words.extend(["--cfg".to_string(), name.to_lowercase()]),
                None => words.extend(["-C".to_string(), format!("link-arg={word}")]),
            },
        }
    }
    words
}
