package io.httpconnector.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PercentEncodingTest {

    private static final long SEED = Long.getLong("seed", System.nanoTime());

    @Test
    void allButTheUnreservedCharactersAreEncoded() {
        String unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
        assertThat(PercentEncoding.encode(unreserved)).isEqualTo(unreserved);
        for (char c = 0; c < 0x80; c++) {
            if (unreserved.indexOf(c) < 0) {
                assertThat(PercentEncoding.encode("a" + c)).isEqualTo("a%%%02X".formatted((int) c));
            }
        }
        assertThat(PercentEncoding.encode("ü€😀 *")).isEqualTo("%C3%BC%E2%82%AC%F0%9F%98%80%20%2A");
        assertThat(PercentEncoding.encode(new byte[] {(byte) 0xff, 'a', 0})).isEqualTo("%FFa%00");
    }

    @Test
    void keptCharactersStay() {
        StringBuilder out = new StringBuilder();
        PercentEncoding.encode("/a b/ü", "/", out);
        assertThat(out).hasToString("/a%20b/%C3%BC");
    }

    @Test
    void anyBytesAndTextsSurvive() {
        Random random = new Random(SEED);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            byte[] encoded = PercentEncoding.encode(bytes).getBytes(StandardCharsets.US_ASCII);
            assertThat(PercentEncoding.decode(encoded)).as("seed %s", SEED).isEqualTo(bytes);
            assertThat(PercentEncoding.decodeForm(encoded)).as("seed %s", SEED).isEqualTo(bytes);
        }
        assertThat(PercentEncoding.decode(PercentEncoding.encode("100 % + ü€😀")))
                .isEqualTo("100 % + ü€😀");
        assertThat(PercentEncoding.decodeForm("a+b%2Bc")).isEqualTo("a b+c");
        assertThat(PercentEncoding.decode("a+b")).isEqualTo("a+b");
    }

    @Test
    void malformedEscapesAreReportedOrLiteral() {
        for (String text : new String[] {"%", "a%4", "%4g", "%g4", "%%41", "%\uff14\uff11"}) {
            assertThat(PercentEncoding.decode(text)).as(text).isNull();
            assertThat(PercentEncoding.decodeForm(text)).as(text).isNull();
        }
        assertThat(new String(
                        PercentEncoding.decode("a%4%41%".getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8))
                .isEqualTo("a%4A%");
    }
}
