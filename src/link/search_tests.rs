//! Tests of [`super`]: each rule, and how little is asked of the file system.

use super::*;
use alloc::string::String;
use alloc::vec::Vec;

/// A file system of names, and everything that was asked of it.
#[derive(Default)]
struct Disk {
    files: Vec<&'static str>,
    directories: Vec<&'static str>,
    opened: Vec<(String, Rule)>,
    probed: Vec<String>,
}

impl Files for Disk {
    type Found = (String, Rule);

    fn open(&mut self, path: &[u8], rule: Rule) -> ControlFlow<Self::Found> {
        let path = String::from_utf8(path.to_vec()).unwrap();
        self.opened.push((path.clone(), rule));
        if self.files.contains(&path.as_str()) { ControlFlow::Break((path, rule)) } else { ControlFlow::Continue(()) }
    }

    fn is_directory(&mut self, path: &[u8]) -> bool {
        let path = String::from_utf8(path.to_vec()).unwrap();
        self.probed.push(path.clone());
        self.directories.contains(&path.as_str())
    }
}

const PROGRAM: Requester = Requester { is_program: true, ..OBJECT };
const OBJECT: Requester =
    Requester { name: b"", origin: Some(b"/opt/app"), rpath: None, runpath: None, nodeflib: false, is_program: false };

fn plain() -> Search<'static> {
    Search { default_directories: &[b"/lib", b"/usr/lib"], ..Search::new(None, Hwcaps::default()) }
}

fn request<'a>(name: &'a str, requester: Requester<'a>) -> Request<'a> {
    Request { name: name.as_bytes(), requester: Some(requester), loaders: &[], program: Some(PROGRAM) }
}

/// The paths that a search in vain proposes.
fn proposals(search: &mut Search, request: &Request) -> Vec<(String, Rule)> {
    let mut disk = Disk { directories: alloc::vec!["/lib"], ..Disk::default() };
    assert!(search.find(request, &mut disk).is_none());
    disk.opened
}

fn paths(search: &mut Search, request: &Request) -> Vec<String> {
    proposals(search, request).into_iter().map(|(path, _)| path).collect()
}

#[test]
fn the_first_usable_path_ends_the_search() {
    let mut disk = Disk { files: alloc::vec!["/lib/a.so", "/usr/lib/a.so"], ..Disk::default() };
    let found = plain().find(&request("a.so", PROGRAM), &mut disk);
    assert_eq!(found, Some((String::from("/lib/a.so"), Rule::Default)));
    assert_eq!((disk.opened.len(), disk.probed.len()), (1, 0));
}

#[test]
fn a_runpath_comes_after_the_library_path_and_an_rpath_before() {
    let search = || Search { library_path: alloc::vec![b"/env"], default_directories: &[], ..plain() };
    let expected = [("/env/a.so", Rule::LibraryPath), ("/run/a.so", Rule::Runpath)];
    let object = Requester { rpath: Some(b"/rp"), runpath: Some(b"/run"), ..OBJECT };
    let found = proposals(&mut search(), &request("a.so", object));
    assert_eq!(found, expected.map(|(path, rule)| (String::from(path), rule)), "an RPATH beside a RUNPATH does not count");
    let object = Requester { rpath: Some(b"/rp"), ..OBJECT };
    let found = proposals(&mut search(), &request("a.so", object));
    assert_eq!(found, [(String::from("/rp/a.so"), Rule::Rpath), (String::from("/env/a.so"), Rule::LibraryPath)]);
}

#[test]
fn the_rpaths_of_all_loaders_and_of_the_program_count() {
    let mut search = Search { default_directories: &[], ..plain() };
    let program = Requester { rpath: Some(b"/main"), ..PROGRAM };
    let middle = Requester { rpath: Some(b"/middle"), ..OBJECT };
    let hidden = Requester { rpath: Some(b"/hidden"), runpath: Some(b"/run"), ..OBJECT };
    let object = Requester { rpath: Some(b"/own"), ..OBJECT };
    fn asked<'a>(loaders: &'a [Requester<'a>], requester: Requester<'a>, program: Requester<'a>) -> Request<'a> {
        Request { name: b"a.so", requester: Some(requester), loaders, program: Some(program) }
    }
    let expected = ["/own/a.so", "/middle/a.so", "/main/a.so"];
    assert_eq!(paths(&mut search, &asked(&[middle, hidden], object, program)), expected);
    let mut search = Search { default_directories: &[], ..plain() };
    assert_eq!(
        paths(&mut search, &asked(&[middle, hidden, program], object, program)),
        expected,
        "the program is not asked twice"
    );
    let mut search = Search { default_directories: &[], ..plain() };
    assert_eq!(paths(&mut search, &asked(&[middle, program], hidden, program)), ["/run/a.so"], "a RUNPATH hides all RPATHs");
}

#[test]
fn a_name_with_a_slash_is_used_as_it_is() {
    let mut search = Search { library_path: alloc::vec![b"/env"], ..plain() };
    assert_eq!(proposals(&mut search, &request("./a.so", PROGRAM)), [(String::from("./a.so"), Rule::Absolute)]);
    assert_eq!(paths(&mut search, &request("$ORIGIN/a.so", OBJECT)), ["/opt/app/a.so"]);
    let lost = Requester { origin: None, ..OBJECT };
    assert!(paths(&mut search, &request("$ORIGIN/a.so", lost)).is_empty());
    assert!(paths(&mut search, &request("", OBJECT)).is_empty());
}

#[test]
fn tokens_are_expanded_in_every_element() {
    let mut search = Search { default_directories: &[], library_path: alloc::vec![b"$ORIGIN/env"], ..plain() };
    let program = Requester { origin: Some(b"/bin"), ..PROGRAM };
    let object = Requester { runpath: Some(b"$ORIGIN/../$LIB:/p/${PLATFORM}/:$NAME//"), ..OBJECT };
    let asked = Request { program: Some(program), ..request("a.so", object) };
    let expected = ["/bin/env/a.so", "/opt/app/../lib/x86_64-linux-gnu/a.so", "/p/x86_64/a.so", "$NAME/a.so"];
    assert_eq!(paths(&mut search, &asked), expected);
}

#[test]
fn an_empty_element_is_the_current_directory() {
    let mut search = Search { default_directories: &[], library_path: alloc::vec![b"", b"/"], ..plain() };
    let object = Requester { rpath: Some(b":/r"), ..OBJECT };
    assert_eq!(paths(&mut search, &request("a.so", object)), ["a.so", "/r/a.so", "a.so", "/a.so"]);
    let object = Requester { rpath: Some(b""), ..OBJECT };
    assert_eq!(paths(&mut search, &request("a.so", object)), ["a.so"], "an empty RPATH has no elements");
}

#[test]
fn inhibited_objects_have_no_rpath() {
    let object = Requester { name: b"/l/b.so", runpath: Some(b"/run"), ..OBJECT };
    let inhibit = |list| Search { default_directories: &[], inhibit_rpath: Some(list), ..plain() };
    assert!(paths(&mut inhibit(b"/l/a.so:/l/b.so"), &request("a.so", object)).is_empty());
    assert_eq!(paths(&mut inhibit(b"/l/b.so.1:b.so"), &request("a.so", object)), ["/run/a.so"]);
    let program = Requester { rpath: Some(b"/rp"), ..PROGRAM };
    assert!(paths(&mut inhibit(b""), &request("a.so", program)).is_empty(), "the program's name is empty");
}

/// The smallest cache that has `a.so` in `/lib` and in `/x`.
fn small_cache() -> Vec<u8> {
    let mut file = b"glibc-ld.so.cache1.1".to_vec();
    let strings = b"a.so\0/lib/a.so\0/x/a.so\0";
    file.extend([2_u32, strings.len() as u32, 2, 0, 0, 0, 0].map(u32::to_le_bytes).concat());
    for path in [101_u32, 111] {
        file.extend([0x303, 96, path, 0, 0, 0].map(u32::to_le_bytes).concat());
    }
    file.extend(strings);
    file
}

#[test]
fn the_cache_comes_before_the_default_directories() {
    let file = small_cache();
    let mut search = Search { cache: Some(Cache::parse(&file).unwrap()), ..plain() };
    let expected = [("/lib/a.so", Rule::Cache), ("/x/a.so", Rule::Cache), ("/lib/a.so", Rule::Default)];
    let found = proposals(&mut search, &request("a.so", OBJECT));
    assert_eq!(found[..3], expected.map(|(path, rule)| (String::from(path), rule)));
}

#[test]
fn nodeflib_leaves_out_default_directories_in_the_cache_too() {
    let file = small_cache();
    let mut search = Search { cache: Some(Cache::parse(&file).unwrap()), ..plain() };
    let object = Requester { nodeflib: true, ..OBJECT };
    assert_eq!(proposals(&mut search, &request("a.so", object)), [(String::from("/x/a.so"), Rule::Cache)]);
    let asked = Request { requester: None, program: Some(Requester { nodeflib: true, ..PROGRAM }), ..request("a.so", OBJECT) };
    assert_eq!(paths(&mut search, &asked), ["/x/a.so"], "without a requester the program's flag counts");
}

#[test]
fn subdirectories_come_first_where_they_exist() {
    let mut search = Search { default_directories: &[b"/l", b"/m"], hwcaps: Hwcaps::new(3, None, None), ..plain() };
    let directories = alloc::vec!["/l", "/l/glibc-hwcaps", "/l/glibc-hwcaps/x86-64-v2"];
    let mut disk = Disk { directories, ..Disk::default() };
    assert!(search.find(&request("a.so", PROGRAM), &mut disk).is_none());
    let opened: Vec<&str> = disk.opened.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(opened, ["/l/glibc-hwcaps/x86-64-v2/a.so", "/l/a.so", "/m/a.so"]);
}

#[test]
fn missing_directories_are_asked_for_once() {
    let mut search = Search { default_directories: &[b"/l", b"/m"], hwcaps: Hwcaps::new(4, None, None), ..plain() };
    let mut disk = Disk { directories: alloc::vec!["/l"], ..Disk::default() };
    for name in ["a.so", "b.so", "c.so"] {
        assert!(search.find(&request(name, PROGRAM), &mut disk).is_none());
    }
    assert_eq!(disk.probed, ["/l/glibc-hwcaps", "/l", "/m/glibc-hwcaps", "/m"]);
    let opened: Vec<&str> = disk.opened.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(opened, ["/l/a.so", "/m/a.so", "/l/b.so", "/l/c.so"]);
    search.directories.clear();
    assert!(search.find(&request("d.so", PROGRAM), &mut disk).is_none());
    assert_eq!(disk.probed.len(), 8);
}

#[test]
fn relative_directories_are_not_remembered() {
    let mut search = Search { default_directories: &[], library_path: alloc::vec![b"sub"], ..plain() };
    let asked = request("a.so", PROGRAM);
    assert_eq!(paths(&mut search, &asked), ["sub/a.so"]);
    let mut disk = Disk { files: alloc::vec!["sub/a.so"], ..Disk::default() };
    assert!(search.find(&asked, &mut disk).is_some() && disk.probed.is_empty(), "the program may have changed its directory");
}

#[test]
fn secure_mode_trusts_no_directory_that_the_caller_chooses() {
    let mut search = Search { secure: true, default_directories: &[b"/usr/lib"], ..plain() };
    let program = Requester { rpath: Some(b"$ORIGIN:/abs:rel::/x/$ORIGIN"), ..PROGRAM };
    assert_eq!(paths(&mut search, &request("a.so", program)), ["/abs/a.so", "/usr/lib/a.so"]);
    let mut search = Search { secure: true, default_directories: &[b"/usr/lib"], ..plain() };
    let program = Requester { origin: Some(b"/usr/lib/app"), rpath: Some(b"$ORIGIN/../x"), ..PROGRAM };
    assert_eq!(paths(&mut search, &request("a.so", program)), ["/usr/lib/app/../x/a.so", "/usr/lib/a.so"]);
}

#[test]
fn slashes_at_the_end_do_not_count() {
    let trimmed = |directory: &'static [u8]| without_slashes(Cow::Borrowed(directory)).into_owned();
    assert_eq!(trimmed(b""), b"");
    assert_eq!(trimmed(b"/"), b"/");
    assert_eq!(trimmed(b"//"), b"/");
    assert_eq!(trimmed(b"/a//"), b"/a");
    assert_eq!(without_slashes(Cow::Owned(b"a/b/".to_vec())).into_owned(), b"a/b");
}

#[test]
fn the_directories_of_an_object_are_listed_as_they_are_searched() {
    let mut search = Search { library_path: alloc::vec![b"/env/", b""], ..plain() };
    let requester = Requester { runpath: Some(b"/run:$ORIGIN/x"), origin: Some(b"/o"), ..Requester::default() };
    let listed = search.directories(&request("", requester));
    let names: Vec<&[u8]> = listed.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, [&b"/env"[..], b"", b"/run", b"/o/x", b"/lib", b"/usr/lib"]);
    search.library_path.clear();
    let nodeflib = Requester { nodeflib: true, rpath: Some(b"/r"), ..Requester::default() };
    assert_eq!(search.directories(&request("", nodeflib)), [(Cow::Borrowed(&b"/r"[..]), Rule::Rpath)]);
}
