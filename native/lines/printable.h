// SPDX-License-Identifier: BSD-2-Clause
// How a name of the kernel's is spelled, everywhere: in text, in JSON and in labels. A device may be called by any
// bytes, and whoever may make a user namespace may call one so. What is no UTF-8 and what a terminal would act on
// (below 0x20, 0x7f, U+0080 to U+009F) is written as \xNN for each byte. A backslash before what would read as such is
// \x5c: no two names are spelled alike.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tablesnoop {

void AppendPrintable(std::string& out, std::string_view bytes);

// A name of at most 16 bytes, NUL-padded.
void AppendName(std::string& out, const char name[16]);

// The bytes that are spelled so.
std::string BytesOf(std::string_view printable);

// Bytes of the character of UTF-8 that `text` begins with; 0 if it begins with none.
size_t LeadingCharacter(std::string_view text);

}  // namespace tablesnoop
