package io.httpconnector.wizard;

import io.httpconnector.internal.text.PercentEncoding;
import io.httpconnector.internal.text.PillToken;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A raw pair of a query or form: {@code name=value}. A percent sign without two hex digits is literal, as in curl and most
 * services.
 *
 * @param name the decoded name
 * @param value the decoded value, as text with pills
 * @param raw the pair as valid part of a URL, as text with pills
 * @param isExact whether the pair can be restored by encoding name and value
 */
record QueryPair(String name, String value, String raw, boolean isExact) {

    /** Path and query characters by RFC 3986. Queries may also contain brackets, which many services expect. */
    private static final String PERMITTED = "-._~!$&'()*+,;=:@/";

    /** Splits a query into pairs and skips empty ones. */
    static List<QueryPair> pairs(String query, boolean hasPills) {
        return Stream.of(query.split("&", -1))
                .filter(pair -> !pair.isEmpty())
                .map(pair -> of(pair, hasPills))
                .collect(Collectors.toList());
    }

    private static QueryPair of(String pair, boolean hasPills) {
        int equals = pair.indexOf('=');
        Decoded name = decoded(equals < 0 ? pair : pair.substring(0, equals), false);
        Decoded value = decoded(equals < 0 ? "" : pair.substring(equals + 1), hasPills);
        boolean isExact = equals > 0 && name.isUtf8 && value.isUtf8 && !name.text.contains("{{");
        return new QueryPair(name.text, value.text, encoded(pair, true, hasPills), isExact);
    }

    /** Decodes a percent-encoded value; everything except pills is literal text. */
    static String value(String text, boolean hasPills) {
        return decoded(text, hasPills).text;
    }

    private record Decoded(String text, boolean isUtf8) {}

    private static Decoded decoded(String text, boolean hasPills) {
        StringBuilder out = new StringBuilder();
        boolean isUtf8 = true;
        for (Piece piece : pieces(text, hasPills)) {
            if (piece.isPill) {
                out.append(piece.text);
                continue;
            }
            byte[] bytes = PercentEncoding.decodeForm(piece.text.getBytes(StandardCharsets.UTF_8));
            try {
                out.append(RequestDefinitionBuilder.escapeBraces(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString()));
            } catch (CharacterCodingException e) {
                isUtf8 = false;
                out.append(RequestDefinitionBuilder.escapeBraces(new String(bytes, StandardCharsets.ISO_8859_1)));
            }
        }
        return new Decoded(out.toString(), isUtf8);
    }

    /** Percent-encodes characters that are not allowed in a URL, and keeps existing percent-encoding. */
    static String encoded(String text, boolean inQuery, boolean hasPills) {
        StringBuilder out = new StringBuilder();
        for (Piece piece : pieces(text, hasPills)) {
            if (piece.isPill) {
                out.append(piece.text);
            } else {
                encode(piece.text, inQuery, out);
            }
        }
        return out.toString();
    }

    private static void encode(String text, boolean inQuery, StringBuilder out) {
        int at = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            boolean isPermitted = (c < 0x80 && Character.isLetterOrDigit(c))
                    || PERMITTED.indexOf(c) >= 0
                    || (inQuery && (c == '?' || c == '[' || c == ']'))
                    || PercentEncoding.isEscape(text, at);
            if (isPermitted) {
                out.appendCodePoint(c);
            } else {
                PercentEncoding.encodeCharacter(c, out);
            }
            at += Character.charCount(c);
        }
    }

    private record Piece(String text, boolean isPill) {}

    /** Splits a text before and after each pill. */
    private static List<Piece> pieces(String text, boolean hasPills) {
        List<Piece> pieces = new ArrayList<>();
        int at = 0;
        for (PillToken pill : hasPills ? PillToken.all(text, "{{", "}}") : List.<PillToken>of()) {
            pieces.add(new Piece(text.substring(at, pill.start()), false));
            pieces.add(new Piece(text.substring(pill.start(), pill.end()), true));
            at = pill.end();
        }
        pieces.add(new Piece(text.substring(at), false));
        return pieces;
    }
}
