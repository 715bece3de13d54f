package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.internal.json.JsonSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Fingerprints are stored, and event ids are derived from them: they must not change. The vectors were computed by Python's
 * hashlib.
 */
class FingerprintTest {

    @Test
    void fingerprintsNeverChange() {
        Fingerprint key = Fingerprint.of("key");

        assertThat(key).hasToString("2c70e12b7a0646f92279f427c7b38e73");
        assertThat(key.with(7)).hasToString("ae90fc4d96f219b524a65507dc3412e6");
        assertThat(key.with(-1)).hasToString("36b794bc3851bcd238eb9cf33203187a");
        assertThat(of("{\"a\": [\"x\", 1], \"b\": {\"c\": true, \"d\": null}}"))
                .hasToString("93ee452af0e94f2984a5160827e63b11");
    }

    @Test
    void orderOfFieldsDoesNotMatter() {
        assertThat(of("{\"b\": {\"d\": null, \"c\": true}, \"a\": [\"x\", 1]}"))
                .isEqualTo(of("{\"a\": [\"x\", 1], \"b\": {\"c\": true, \"d\": null}}"));
    }

    @Test
    void differentValuesHaveDifferentFingerprints() {
        assertThat(Stream.of(
                                "1",
                                "\"1\"",
                                "true",
                                "\"true\"",
                                "null",
                                "\"\"",
                                "[]",
                                "{}",
                                "[\"a\"]",
                                "\"a\"",
                                "[[\"a\"]]",
                                "[\"ab\", \"c\"]",
                                "[\"a\", \"bc\"]",
                                "{\"a\": \"b\"}",
                                "[\"a\", \"b\"]",
                                "[[], []]",
                                "[[[]]]",
                                "{\"a\": {\"b\": 1}}",
                                "{\"a\": {}, \"b\": 1}")
                        .map(FingerprintTest::of))
                .doesNotHaveDuplicates();
    }

    private static Fingerprint of(String json) {
        return Fingerprint.of(JsonSupport.parse(json));
    }
}
