package io.httpconnector.internal.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decodes bytes to text after detecting their character set. In order of precedence: a byte order mark, the media type, the XML
 * declaration, UTF-8 if the bytes are valid UTF-8, and Windows-1252.
 */
public final class CharsetDetector {

    private static final Pattern XML = Pattern.compile("^<\\?xml[^>]*\\bencoding\\s*=\\s*[\"']([A-Za-z0-9._-]+)[\"']");
    private static final Charset OTHER =
            Charset.isSupported("windows-1252") ? Charset.forName("windows-1252") : StandardCharsets.ISO_8859_1;

    public static final String BYTE_ORDER_MARK = "\uFEFF";

    private CharsetDetector() {}

    public static boolean hasUtf8Mark(byte[] bytes) {
        return StandardCharsets.UTF_8.equals(marked(bytes));
    }

    public static String of(byte[] bytes, @Nullable String contentType) {
        return of(bytes, bytes.length, contentType);
    }

    /** Decodes the first {@code length} bytes. If more bytes follow, an incomplete character at the end is ignored. */
    public static String of(byte[] bytes, int length, @Nullable String contentType) {
        boolean isWhole = length == bytes.length;
        Charset marked = marked(bytes);
        if (marked != null) {
            int mark = Math.min(length, marked.equals(StandardCharsets.UTF_8) ? 3 : 2);
            return decoded(ByteBuffer.wrap(bytes, mark, length - mark), marked, isWhole);
        }
        ByteBuffer text = ByteBuffer.wrap(bytes, 0, length);
        Charset declared = declared(contentType);
        if (declared == null) {
            declared = inXml(bytes, length);
        }
        boolean isAsciiCompatible = declared == null
                || declared.equals(StandardCharsets.UTF_8)
                || declared.equals(StandardCharsets.US_ASCII);
        if (isAsciiCompatible && isAscii(bytes, length)) {
            // Without a buffer of characters.
            return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        }
        if (declared != null) {
            return decoded(text, declared, isWhole);
        }
        CharBuffer chars = CharBuffer.allocate(length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(text, chars, isWhole);
        return result.isError()
                ? decoded(text.rewind(), OTHER, isWhole)
                : chars.flip().toString();
    }

    private static boolean isAscii(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /** Decodes bytes. Invalid ones are replaced. */
    private static String decoded(ByteBuffer bytes, Charset charset, boolean isWhole) {
        if (isWhole) {
            return charset.decode(bytes).toString();
        }
        CharsetDecoder decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        CharBuffer chars = CharBuffer.allocate((int) Math.ceil(bytes.remaining() * (double) decoder.maxCharsPerByte()));
        CoderResult unused = decoder.decode(bytes, chars, false);
        return chars.flip().toString();
    }

    /**
     * Returns the text if its charset is declared and is not one that parsers of JSON detect (RFC 8259, section 8.1); otherwise
     * null.
     */
    public static @Nullable String declaredText(byte[] bytes, @Nullable String contentType) {
        Charset charset = undetected(contentType);
        return charset == null ? null : of(bytes, contentType);
    }

    /** Returns the bytes in UTF-8; unchanged if they are, without a copy. */
    public static byte[] utf8(byte[] bytes, @Nullable String contentType) {
        boolean isUtf8 = undetected(contentType) == null && marked(bytes) == null && isUtf8(bytes);
        return isUtf8 ? bytes : of(bytes, contentType).getBytes(StandardCharsets.UTF_8);
    }

    /** Returns whether the bytes are valid UTF-8. */
    public static boolean isUtf8(byte[] bytes) {
        try {
            var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /**
     * Returns a stream of text in a charset that parsers of JSON detect: the stream itself, unless its declared charset is
     * another one.
     *
     * @param in a stream that supports {@code mark}
     */
    public static InputStream detectable(InputStream in, @Nullable String contentType) throws IOException {
        Charset charset = undetected(contentType);
        if (charset == null) {
            return in;
        }
        in.mark(3);
        byte[] start = in.readNBytes(3);
        in.reset();
        return marked(start) == null ? new TranscodedStream(in, charset) : in;
    }

    private static @Nullable Charset undetected(@Nullable String contentType) {
        Charset charset = contentType == null || contentType.indexOf('=') < 0 ? null : declared(contentType);
        return charset == null || charset.equals(StandardCharsets.UTF_8) || charset.equals(StandardCharsets.US_ASCII)
                ? null
                : charset;
    }

    /** Returns the charset of a media type, or UTF-8. */
    public static Charset charset(@Nullable String contentType) {
        Charset declared = declared(contentType);
        return declared == null ? StandardCharsets.UTF_8 : declared;
    }

    private static @Nullable Charset marked(byte[] bytes) {
        int first = bytes.length < 2 ? 0 : (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
        return switch (first) {
            case 0xfeff -> StandardCharsets.UTF_16BE;
            case 0xfffe -> StandardCharsets.UTF_16LE;
            case 0xefbb -> bytes.length > 2 && (bytes[2] & 0xff) == 0xbf ? StandardCharsets.UTF_8 : null;
            default -> null;
        };
    }

    private static @Nullable Charset declared(@Nullable String contentType) {
        String name = contentType == null ? null : MediaType.parameter(contentType, "charset");
        try {
            return name == null || name.isBlank() ? null : Charset.forName(name);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Charset inXml(byte[] bytes, int length) {
        Matcher match = XML.matcher(new String(bytes, 0, Math.min(length, 200), StandardCharsets.ISO_8859_1));
        try {
            return match.find() ? Charset.forName(match.group(1)) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
