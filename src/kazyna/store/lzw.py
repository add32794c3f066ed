"""The unpacking of Lempel, Ziv and Welch, as TIFF has it (TIFF 6.0, section 13)."""

CLEAR, END, FIRST = 256, 257, 258
WIDTH_MIN, WIDTH_MAX = 9, 12


def lzw_decoded(packed: bytes, size: int) -> bytes:
    """Unpack bytes, no more than `size`.

    Codes of 9 to 12 bits stand in the bytes with their highest bit first; a code grows by a bit one
    entry before the table is full.

    Raises
    ------
    ValueError
        When a code is not in the table.
    """
    single = [bytes([value]) for value in range(256)] + [b"", b""]
    table, width, last = list(single), WIDTH_MIN, b""
    found = bytearray()
    held = bits = 0
    for byte in packed:
        held = (held << 8) | byte
        bits += 8
        if bits < width:
            continue
        bits -= width
        code = held >> bits
        held &= (1 << bits) - 1
        if code == END or len(found) >= size:
            break
        if code == CLEAR:
            table, width, last = list(single), WIDTH_MIN, b""
            continue
        if code < len(table):
            text = table[code]
        elif code == len(table) and last:
            text = last + last[:1]
        else:
            raise ValueError(f"code {code} is not in the table")
        if last:
            table.append(last + text[:1])
        found += text
        last = text
        if len(table) + 1 >= 1 << width and width < WIDTH_MAX:
            width += 1
    return bytes(found[:size])
