/* SPDX-License-Identifier: BSD-2-Clause */
/* The Internet checksum (RFC 1071), of an even number of bytes. */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <stddef.h>

static inline unsigned int checksum_add(unsigned int sum, const void *data, size_t bytes)
{
	const unsigned short *words = data;
	size_t i;

	for (i = 0; i < bytes / 2; i++)
		sum += words[i];
	return sum;
}

static inline unsigned short checksum_fold(unsigned int sum)
{
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

#endif
