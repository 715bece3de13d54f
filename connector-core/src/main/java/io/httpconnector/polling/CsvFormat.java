package io.httpconnector.polling;

import io.httpconnector.InvalidDefinitionException;
import java.nio.charset.Charset;
import java.nio.charset.UnsupportedCharsetException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The format of CSV. Immutable.
 *
 * @param charset null for that of the {@code Content-Type}
 */
record CsvFormat(char separator, @Nullable Charset charset) {

    static final CsvFormat DEFAULT = new CsvFormat(',', null);

    CsvFormat with(char other) {
        return new CsvFormat(other, charset);
    }

    CsvFormat with(Charset other) {
        return new CsvFormat(separator, other);
    }

    /** Returns the charset of a response. */
    Charset charsetOr(Charset declared) {
        return charset == null ? declared : charset;
    }

    /** Returns the charset of this name. */
    static Charset charset(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            String kind =
                    e instanceof UnsupportedCharsetException ? "is not supported" : "is not the name of a charset";
            throw new InvalidDefinitionException(
                    "records", List.of("csvCharset: \"" + name + "\" " + kind + ": use a name such as ISO-8859-1"));
        }
    }
}
