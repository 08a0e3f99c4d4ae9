// What no catalogue is, whatever else it may be. Each rule says in `words` what was found, as a person is told it.

rule eicar {
    meta:
        words = "the EICAR test virus"
    strings:
        // built of two pieces, so that this file is no test virus itself
        $test = /X5O!P%@AP\[4\\PZX54\(P\^\)7CC\)7\}\$EICAR-STANDARD/
    condition:
        $test
}

rule windows_program {
    meta:
        words = "a Windows program"
    condition:
        uint16(0) == 0x5A4D and uint32(uint32(0x3C)) == 0x00004550
}

rule windows_program_within {
    meta:
        words = "a Windows program inside"
    strings:
        $stub = "This program cannot be run in DOS mode"
        $older = "This program must be run under Win32"
    condition:
        any of them
}

rule unix_program {
    meta:
        words = "a program for Linux or macOS"
    condition:
        uint32(0) == 0x464C457F or uint32be(0) == 0xFEEDFACE or uint32be(0) == 0xFEEDFACF
        or uint32be(0) == 0xCEFAEDFE or uint32be(0) == 0xCFFAEDFE or uint32be(0) == 0xCAFEBABE
}

rule script {
    meta:
        words = "a script"
    strings:
        $line = /^(\xef\xbb\xbf)?#!\s?\/(usr\/)?(local\/)?s?bin\//
        $php = "<?php"
        $hosted = /<script[\s>\/]/ nocase
        $power = /powershell(\.exe)?\s+[-\/](e|en|enc|encodedcommand|nop|noprofile|w|windowstyle|ep|exec|executionpolicy)\b/ nocase
        $wsh = "WScript.Shell" nocase
    condition:
        any of them
}

rule command_in_cell {
    meta:
        words = "a cell that calls a program (DDE)"
    strings:
        $dde = /[=+\-@]\s{0,8}['"]?(cmd|msexcel|mshta|powershell|rundll32|regsvr32|wscript|cscript|certutil|bitsadmin|soffice|winword|iexplore)(\.exe)?['"]?\s{0,8}\|/ nocase
        $function = /[=+\-@]\s{0,8}DDE(AUTO)?\s{0,8}[(\s]\s{0,8}["'&]/ nocase
    condition:
        any of them
}

rule macro_that_starts_by_itself {
    meta:
        words = "a macro that starts by itself"
    strings:
        $vba = "Attribut\x00e VB_"
        $open = /\b(Auto_?Open|Workbook_Open|Document_Open)\b/ nocase
        $shell = /\b(Shell|CreateObject)\s{0,4}\(/ nocase
    condition:
        $vba or ($open and $shell)
}

rule rich_text_object {
    meta:
        words = "a document that holds objects"
    strings:
        $object = "\\objdata" nocase
    condition:
        uint32be(0) == 0x7B5C7274 and $object
}
