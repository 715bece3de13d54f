package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.text.PercentEncoding;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A secret that comes back in another spelling is masked as it is. */
class SecretSpellingsTest {

    private static final String SECRET = "ab/c+d=\"e\\f&g%h é😀<k>'l m";

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @RegisterExtension
    static WireMockExtension elsewhere = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static String masked(String secret, String text) {
        return new Redactor(List.of(NameValuePair.of("secret", Secret.of(secret)))).mask(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ab/c+d=x",
                "ab\\/c+d=x",
                "ab\\u002Fc\\u002bd\\u003dx",
                "ab%2Fc%2Bd%3Dx",
                "ab%2fc%2bd%3dx",
                "ab/c%2Bd=x",
                "%61%62%2f%63%2b%64%3d%78",
                "ab%252Fc%252Bd%253Dx",
                "ab%25252fc%25252bd%25253dx",
                "ab&sol;c&plus;d&equals;x",
                "ab&#47;c&#43;d&#61;x",
                "ab&#x2F;c&#x2b;d&#X3D;x",
                "ab&#0000047;c&#x0002B;d&#61x",
                "ab&amp;#47;c&amp;#43;d&amp;#61;x",
                "ab\\x2fc\\x2bd\\x3dx",
                "ab\\057c\\053d\\075x",
                "ab\\57c\\53d\\75x",
                "ab\\57c\\053d\\75\\170",
                "ab\\2f c\\2B d\\3d x",
                "ab\\00002fc\\00002Bd\\00003Dx",
                "\\61\\62\\2f\\63 \\2b\\64 \\3d\\78",
                "ab\\x{2f}c\\x{2B}d=x",
                "ab\\\\57c\\\\2b d=x",
                "ab\\u{2f}c\\u{00002B}d=x",
                "ab%5Cu002Fc%5C%2Bd%3Dx",
                "ab\\\\/c\\\\u002bd=x",
                "ab%u002Fc%u002Bd=x",
                "ab/c d=x",
                "YWIvYytkPXg",
                "YWIvYytkPXg="
            })
    void everySpellingIsMasked(String spelling) {
        for (String context : List.of("%s", "{\"a\": \"%s\"}", "x=%s&y=1", "<a b='%s'/>", "C:\\%s\\", "100%%%s")) {
            String text = context.formatted(spelling);
            assertThat(masked("ab/c+d=x", text))
                    .as(text)
                    .doesNotContain(spelling)
                    .contains("***");
        }
    }

    @Test
    void whatOnlyLooksSimilarIsShown() {
        for (String text : List.of(
                "ab/c", "ab%2Fc%2", "ab/c+d=", "AB/C+D=X", "ab\\/c-d=x", "%", "\\", "&#", "&amp", "100% & more")) {
            assertThat(masked("ab/c+d=x", text)).isEqualTo(text);
        }
        assertThat(masked("a", "b%62")).isEqualTo("b%62");
        assertThat(masked("canary", "canarycanary")).isEqualTo("******");
        assertThat(masked("abab", "ababab")).isEqualTo("***");
    }

    private static String unicode(String text, String pattern) {
        StringBuilder out = new StringBuilder();
        text.chars().forEach(c -> out.append(String.format(pattern, c)));
        return out.toString();
    }

    private static String entities(String text, String pattern) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> out.append(String.format(pattern, c)));
        return out.toString();
    }

    private static String percent(String text, String pattern) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            out.append(String.format(pattern, b & 0xff));
        }
        return out.toString();
    }

    private static final List<UnaryOperator<String>> ENCODERS = List.of(
            text -> text,
            text -> URLEncoder.encode(text, StandardCharsets.UTF_8),
            PercentEncoding::encode,
            text -> percent(text, "%%%02x"),
            text -> percent(text, "%%%02X"),
            text -> unicode(text, "\\u%04x"),
            text -> unicode(text, "\\u%04X"),
            text -> entities(text, "&#%d;"),
            text -> entities(text, "&#x%X;"),
            text -> entities(text, "&#x%06x;"),
            text -> entities(text, "\\u{%x}"),
            text -> text.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/"),
            text -> text.replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
                    .replace("\"", "&quot;")
                    .replace("'", "&#39;"),
            text -> text.replace("&", "&amp;")
                    .replace("=", "&equals;")
                    .replace("+", "&plus;")
                    .replace("/", "&sol;")
                    .replace("é", "&eacute;"));

    @Test
    void randomSecretsInRandomMixtures() {
        long seed = Long.getLong("seed", new Random().nextLong());
        System.out.println("SecretSpellingsTest: -Dseed=" + seed);
        Random random = new Random(seed);
        String[] alphabet = "a b Z 0 9 + / = & % \\ \" ' < > ; # - _ ~ . , é ß € 😀 u x n 2 F :".split(" ", -1);
        for (int round = 0; round < Integer.getInteger("cases", 1000); round++) {
            StringBuilder secret = new StringBuilder();
            int length = 8 + random.nextInt(12);
            for (int i = 0; i < length; i++) {
                secret.append(random.nextInt(20) == 0 ? " " : alphabet[random.nextInt(alphabet.length)]);
            }
            String value = secret.toString();
            StringBuilder spelled = new StringBuilder();
            for (int at = 0; at < value.length(); ) {
                // Pieces, each in a spelling of its own.
                int next = value.offsetByCodePoints(at, 1);
                while (next < value.length() && random.nextInt(3) > 0) {
                    next = value.offsetByCodePoints(next, 1);
                }
                String piece = value.substring(at, next);
                for (int layer = random.nextInt(3); layer >= 0; layer--) {
                    piece = ENCODERS.get(random.nextInt(ENCODERS.size())).apply(piece);
                }
                spelled.append(piece);
                at = next;
            }
            String before =
                    List.of("", "x=", "\"", "%", "\\", "&", "%2", "<a>", "é").get(random.nextInt(9));
            String after = List.of("", "&y", "\"}", "%", "\\", ";", "2F", "</a>", "u002B")
                    .get(random.nextInt(9));
            String text = before + spelled + after;

            // What stands beside it may belong to an escape, as in a\\&#x62;, and is masked with it.
            String[] beside = masked(value, text).split("\\*\\*\\*", -1);
            assertThat(beside).as("secret %s in %s", value, text).hasSize(2);
            assertThat(before).startsWith(beside[0]);
            assertThat(after).endsWith(beside[1]);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String mime(String text, int length, String lineBreak) {
        return Base64.getMimeEncoder(length, lineBreak.getBytes(StandardCharsets.UTF_8))
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What services make of a text as a whole. */
    private static final List<UnaryOperator<String>> WRAPPERS = List.of(
            SecretSpellingsTest::base64,
            text -> Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8)),
            text -> mime(text, 76, "\r\n"),
            text -> mime(text, 4, "\n"),
            text -> mime(text, 64, "\r\n\t"),
            SecretSpellingsTest::hex,
            text -> hex(text).toUpperCase(Locale.ROOT),
            text -> base64("{\"user\": \"me\", \"password\": \"" + text + "\"}"),
            text -> base64("me:" + text),
            text -> base64("%" + text));

    @Test
    void lineBreaksInBase64() {
        for (String text : List.of(
                mime("s3cret-value", 4, "\r\n"),
                mime("{\"user\": \"me\", \"secret\": \"s3cret-value\"}", 8, "\n"),
                mime("s3cret-value", 8, "\r\n").replace("\r\n", "\\r\\n"),
                mime("s3cret-value", 8, "\r\n").replace("\r\n", "&#13;&#10;"),
                mime("s3cret-value", 8, "\r\n").replace("\r\n", "%0D%0A"),
                mime("s3cret-value", 8, "\n    "))) {
            assertThat(masked("s3cret-value", "Basic " + text))
                    .as(text)
                    .startsWith("Basic ")
                    .contains("***")
                    .doesNotContain("M3J")
                    .doesNotContain("YWx1");
        }
    }

    @Test
    void layersBelowBase64() {
        String secret = "pa/ss+w\"ö rd";
        String json = "{\"a\": 1, \"password\": \"pa/ss+w\\\"\\u00f6 rd\"}";
        for (String inner : List.of(secret, json, URLEncoder.encode(secret, StandardCharsets.UTF_8), hex(secret))) {
            for (String text : List.of(
                    base64(inner),
                    base64(base64(inner)),
                    base64(base64(base64("x" + inner))),
                    hex(inner),
                    hex(base64(inner)),
                    Base64.getEncoder().encodeToString(inner.getBytes(StandardCharsets.UTF_16LE)),
                    base64("ab" + inner + "cd").replace("=", "%3D"),
                    percent(base64(inner), "%%%02x"))) {
                boolean isTooDeep = text.equals(base64(base64(base64("x" + hex(secret)))));
                if (!isTooDeep) {
                    String shown = masked(secret, "{\"echo\": \"" + text + "\"}");
                    assertThat(shown).as("%s in %s", inner, text).contains("***");
                    assertThat(shown.length()).isLessThan(text.length() + 12);
                }
            }
        }
    }

    @Test
    void whatIsNotTheSecretIsShownBesideIt() {
        String text = base64("{\"user\": \"somebody\", \"password\": \"s3cret-value\", \"kept\": \"something else\"}");
        String shown = masked("s3cret-value", text);

        String before = shown.substring(0, shown.indexOf("***"));
        assertThat(new String(
                        Base64.getDecoder().decode(before.substring(0, before.length() / 4 * 4)),
                        StandardCharsets.UTF_8))
                .startsWith("{\"user\": \"somebody\", \"passwor");
        assertThat(text).startsWith(before).endsWith(shown.substring(shown.indexOf("***") + 3));
        assertThat(masked(
                        "s3cret-value",
                        base64("{\"user\": \"s3cret-valve\", \"hash\": \"" + "0123456789abcdef".repeat(8) + "\"}")))
                .doesNotContain("***");
    }

    @Test
    void randomSecretsInRandomLayers() {
        long seed = Long.getLong("seed", new Random().nextLong());
        System.out.println("SecretSpellingsTest: -Dseed=" + seed);
        Random random = new Random(seed);
        String[] alphabet = "a b Z 0 9 + / = & % \\ \" ' < > ; # - _ ~ . , é ß € 😀 u x n 2 F :".split(" ", -1);
        for (int round = 0; round < Integer.getInteger("cases", 300); round++) {
            StringBuilder secret = new StringBuilder();
            int length = 8 + random.nextInt(12);
            for (int i = 0; i < length; i++) {
                secret.append(alphabet[random.nextInt(alphabet.length)]);
            }
            String value = secret.toString();
            String text = value;
            List<String> layers = new ArrayList<>();
            for (int layer = random.nextInt(3); layer >= 0; layer--) {
                text = ENCODERS.get(random.nextInt(ENCODERS.size())).apply(text);
                text = WRAPPERS.get(random.nextInt(WRAPPERS.size())).apply(text);
                layers.add(text);
            }
            text = ENCODERS.get(random.nextInt(ENCODERS.size())).apply(text);
            String before = List.of("", "x=", "\"", "%", "\\", "&", "Basic ", "<a>", "é")
                    .get(random.nextInt(9));
            String after =
                    List.of("", "&y", "\"}", "%", "\\", ";", " 2F", "</a>").get(random.nextInt(8));

            String shown = masked(value, before + text + after);
            assertThat(shown)
                    .as("secret %s in %s, by %s", value, before + text + after, layers)
                    .contains("***");
            assertThat(masked(value, shown)).as("masked again").isEqualTo(shown);
        }
    }

    @Test
    void longTextIsLookedThroughInTime() {
        String secret = "k-" + "a".repeat(2000);
        List<String> texts = List.of(
                "%".repeat(200_000),
                "%25".repeat(70_000),
                "\\".repeat(200_000),
                "&amp;".repeat(40_000),
                "&#x".repeat(60_000),
                ("k-" + "a".repeat(1999) + "b").repeat(100),
                "\\u0061".repeat(30_000),
                "{\"a\": \"b c\", \"d\": [1, 2]}, ".repeat(8_000),
                "YWJj\r\n".repeat(40_000),
                "%41".repeat(70_000),
                "\\u0059&#x57;%4Aj".repeat(15_000),
                "0123456789abcdef".repeat(15_000),
                base64(base64(base64("k-" + "a".repeat(30_000)))),
                hex(hex(hex("k-" + "a".repeat(30_000)))));
        for (String text : texts) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> masked(secret, text));
        }
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> masked("a".repeat(2000), "a".repeat(100_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https:\\/\\/x?k=ab\\/c\\u002Bd", "k=ab%2fc%2bd", "ab&#x2f;c&plus;d", "ab%252Fc%252Bd"})
    void exchangesAndExceptionsShowNoSpelling(String echo) {
        service.stubFor(any(anyUrl())
                .willReturn(
                        aResponse().withStatus(400).withBody("refused: " + echo).withHeader("X-Echo", echo)));
        try (HttpConnection connection = HttpConnection.named("S")
                .baseUrl(service.baseUrl())
                .retry(RetryPolicy.none())
                .build()) {
            StatusException e = catchThrowableOfType(
                    StatusException.class,
                    () -> connection.send(Request.get("/a").header("X-Key", Secret.of("ab/c+d"))));

            String shown = e.getMessage() + e.exchange().orElseThrow();
            assertThat(shown).doesNotContain(echo).contains("***");
            assertThat(e.exchange()
                            .orElseThrow()
                            .responseHeaders()
                            .first("X-Echo")
                            .orElseThrow())
                    .contains("***");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab%2fc%2bd%3d12", "ab%252Fc%252Bd%253D12", "%61%62/c%2Bd=12", "ab/c+d=12", "YWIvYytkPTEy"})
    void redirectWithASpellingIsNotFollowedElsewhere(String spelling) {
        elsewhere.stubFor(any(anyUrl()).willReturn(aResponse()));
        service.stubFor(any(anyUrl()).willReturn(temporaryRedirect(elsewhere.baseUrl() + "/?k=" + spelling)));
        try (HttpConnection connection = HttpConnection.named("S")
                .baseUrl(service.baseUrl())
                .retry(RetryPolicy.none())
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/").header("X-Key", Secret.of("ab/c+d=12"))))
                    .isInstanceOf(InvalidResponseException.class)
                    .hasMessageContaining("redirects to another origin");
        }
        assertThat(elsewhere.getAllServeEvents()).isEmpty();
    }

    @Test
    void everyEncoderByItself() {
        for (UnaryOperator<String> encoder : ENCODERS) {
            String text = encoder.apply(SECRET);
            assertThat(masked(SECRET, "<" + text + ">")).as(text).isEqualTo("<***>");
        }
        for (String user : List.of("", "u", "us", "use:", "user:")) {
            String pair =
                    Base64.getEncoder().encodeToString((user + "s3cret-value" + user).getBytes(StandardCharsets.UTF_8));
            assertThat(masked("s3cret-value", "Basic " + pair))
                    .as(pair)
                    .contains("***")
                    .doesNotContain(pair);
        }
    }
}
