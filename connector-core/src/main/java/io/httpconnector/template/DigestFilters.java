package io.httpconnector.template;

import static io.httpconnector.template.ValueType.BOOLEAN;
import static io.httpconnector.template.ValueType.NUMBER;
import static io.httpconnector.template.ValueType.TEXT;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.Hashing;
import io.httpconnector.template.Filters.FilterDefinition;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The built-in filters that compute a message digest; part of {@link Filters#BUILT_IN}. The result is hexadecimal text, unless
 * the next filter encodes its bytes.
 */
final class DigestFilters {

    private static final Set<ValueType> SCALAR = Set.of(TEXT, NUMBER, BOOLEAN);

    /** The filters, one entry each. */
    static final List<FilterDefinition> ALL = List.of(
            filter("md5", "MD5"),
            filter("sha1", "SHA-1"),
            filter("sha256", "SHA-256"),
            filter("sha384", "SHA-384"),
            filter("sha512", "SHA-512"),
            new FilterDefinition(
                    "bytes",
                    SCALAR,
                    TEXT,
                    Filters.withoutArguments(value -> BinaryNode.valueOf(Filters.bytes(value)))));

    private DigestFilters() {}

    /** A digest as hexadecimal text, with its bytes for the next filter. */
    static final class Digest extends TextNode {

        private static final long serialVersionUID = 1;

        Digest(byte[] digest) {
            super(HexFormat.of().formatHex(digest));
        }

        byte[] bytes() {
            return HexFormat.of().parseHex(textValue());
        }
    }

    private static FilterDefinition filter(String name, String algorithm) {
        return new FilterDefinition(name, SCALAR, TEXT, Filters.withoutArguments(value -> digest(algorithm, value)));
    }

    private static JsonNode digest(String algorithm, JsonNode value) {
        return new Digest(Hashing.digest(algorithm).digest(Filters.bytes(value)));
    }
}
