"""Makes damaged copies of a 64-bit ELF file for the cases: `damage.py GOOD LIST`.

Each line of LIST is a name and what is changed in the copy NAME: `FIELD=VALUE`, with
  e.FIELD            of the file header; e.ident.N is a byte of e_ident
  p.TYPE.FIELD       of the first program header of this type (a number; 1.2 is the third of type 1)
  d.TAG              the value of a dynamic entry; d.TAG.tag its tag; the tag is a number
  s.NAME.FIELD       of a dynamic symbol
  r.KIND.FIELD       of the first DT_RELA relocation of this kind; j.KIND.FIELD of DT_JMPREL
  size               of the file
A VALUE is a number or, with a sign, what is added to the value there.
"""
import os
import struct
import sys

HEADER = {"type": (16, 2), "machine": (18, 2), "version": (20, 4), "entry": (24, 8), "phoff": (32, 8), "phentsize": (54, 2), "phnum": (56, 2)}
PROGRAM = {"type": (0, 4), "flags": (4, 4), "offset": (8, 8), "vaddr": (16, 8), "filesz": (32, 8), "memsz": (40, 8), "align": (48, 8)}
SYMBOL = {"name": (0, 4), "info": (4, 1), "other": (5, 1), "shndx": (6, 2), "value": (8, 8), "size": (16, 8)}
RELA = {"offset": (0, 8), "kind": (8, 4), "symbol": (12, 4), "addend": (16, 8)}


class Elf:
    def __init__(self, data):
        self.data = bytearray(data)
        phoff, phnum = self.get(32, 8), self.get(56, 2)
        self.programs = [phoff + 56 * i for i in range(phnum)]
        dynamic = self.program(2, 0)
        start, size = self.get(dynamic + 8, 8), self.get(dynamic + 32, 8)
        self.entries = list(range(start, start + size, 16))

    def get(self, at, size):
        return int.from_bytes(self.data[at:at + size], "little")

    def program(self, kind, index):
        return [at for at in self.programs if self.get(at, 4) == kind][index]

    def entry(self, tag):
        return next(at for at in self.entries if self.get(at, 8) == tag)

    def table(self, tag):
        """The place in the file of a table that a dynamic entry points to."""
        vaddr = self.get(self.entry(tag) + 8, 8)
        for at in self.programs:
            start = self.get(at + 16, 8)
            if self.get(at, 4) == 1 and start <= vaddr < start + self.get(at + 32, 8):
                return vaddr - start + self.get(at + 8, 8)

    def symbol(self, name):
        strings, at = self.table(5), self.table(6)
        while self.data[strings + self.get(at, 4):].split(b"\0", 1)[0] != name.encode():
            at += 24
        return at

    def relocation(self, tag, kind):
        at = self.table(tag)
        while self.get(at + 8, 4) != kind:
            at += 24
        return at

    def place(self, field):
        """Where in the file a field is, and its size."""
        what, *rest = field.split(".")
        if what == "e":
            return (int(rest[1]), 1) if rest[0] == "ident" else HEADER[rest[0]]
        if what == "d":
            return self.entry(int(rest[0], 0)) + (0 if rest[1:] else 8), 8
        base, fields = {
            "p": lambda: (self.program(int(rest[0]), int(rest[1]) if rest[2:] else 0), PROGRAM),
            "s": lambda: (self.symbol(rest[0]), SYMBOL),
            "r": lambda: (self.relocation(7, int(rest[0])), RELA),
            "j": lambda: (self.relocation(23, int(rest[0])), RELA),
        }[what]()
        return base + fields[rest[-1]][0], fields[rest[-1]][1]

    def change(self, field, value):
        if field == "size":
            del self.data[int(value, 0):]
            return
        at, size = self.place(field)
        number = int(value, 0) + (self.get(at, size) if value[0] in "+-" else 0)
        self.data[at:at + size] = struct.pack("<Q", number % 2**64)[:size]


good = open(sys.argv[1], "rb").read()
for line in filter(str.strip, open(sys.argv[2])):
    name, *changes = line.split()
    elf = Elf(good)
    # places are found in the good file: a change may make them unfindable
    for change in changes:
        field, value = change.split("=")
        elf.change(field, value)
    with open(name, "wb") as file:
        file.write(elf.data)
    os.chmod(name, 0o755)
