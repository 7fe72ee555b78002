#!/bin/sh
# What two loaders tell with LD_DEBUG, made comparable: process numbers go, addresses and times become words. What is about the
# loader itself, its own lookups in libc and in the vDSO, and the directories of other processors is left out.
sed -E \
    -e 's/^ *[0-9]+:	//' \
    -e 's/0x[0-9a-f]{8,16}/ADDRESS/g' \
    -e 's/[0-9]+ cycles( \([0-9.]+%\))?/N cycles/' \
    -e 's,[^ =(]*/(ld-luci\.so|ld-linux-x86-64\.so\.2),LOADER,g' \
    -e "s,$PWD(/\.)?/,DIR/,g" -e "s,$PWD(/\.)?([:	 ]),DIR\2,g" \
    -e ': again' \
    -e '/search path=/s,([=:])[^=:	]*/(glibc-hwcaps/[^:	]*|(tls|haswell|avx512_1)(/[^:	]*)?|x86_64):,\1,' \
    -e 't again' |
    grep -v -E \
        -e 'trying file=.*/(glibc-hwcaps|tls|haswell|avx512_1|x86_64)/' \
        -e 'file linux-vdso|in file=linux-vdso' \
        -e 'binding file LOADER' \
        -e 'relocation processing: LOADER' \
        -e '`?(malloc|calloc|realloc|free|_dl_catch_exception|_dl_signal_exception|_dl_signal_error|_dl_catch_error|_dl_audit_preinit|__tunable_get_val|_dl_find_dso_for_object)\b'
