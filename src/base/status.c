/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/visible.h"

#define MESSAGE_SIZE 8192 /* room for all the mistakes of a bad run file */

static _Thread_local char message[MESSAGE_SIZE];

const char *hg_error_message(void) { return message; }

hg_status hg_fail(hg_status status, const char *format, ...)
{
    char text[MESSAGE_SIZE]; /* the arguments may point into the present message */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    hg_visible_copy(message, sizeof message, text);
    return status;
}

hg_status hg_fail_within(hg_status status, const char *format, ...)
{
    char text[MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof text)
        snprintf(text + length, sizeof text - (size_t)length, "%s", message);
    hg_visible_copy(message, sizeof message, text);
    return status;
}

hg_status hg_fail_as(hg_status status, const char *text)
{
    return hg_fail(status, "%s", text);
}
