package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static io.httpconnector.Interceptor.Placement.INSIDE_RETRIES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service echoes the credentials of a request in any form; interceptors do not see them, and the application still does. */
@Timeout(60)
class InterceptorSecretsTest {

    private static final String TOKEN = "t0ken/\"secret\"+1";

    private static final String BINARY = "application/octet-stream";

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final List<byte[]> seen = new CopyOnWriteArrayList<>();
    private final List<Boolean> masked = new CopyOnWriteArrayList<>();

    private final Interceptor watching = chain -> {
        Response response = chain.proceed(chain.request());
        seen.add(response.bytes());
        masked.add(chain.isMasked(response));
        return response;
    };

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Service").baseUrl(service.baseUrl()).around(INSIDE_RETRIES, watching);
    }

    static Stream<Arguments> forms() throws IOException {
        byte[] plain = bytes("PNG\0\1\2" + TOKEN + "\377\376", StandardCharsets.ISO_8859_1);
        String escaped = "{\"echo\": \"" + TOKEN.replace("\"", "\\u0022").replace("/", "\\/") + "\"}";
        String base64 = Base64.getEncoder().encodeToString(("user:" + TOKEN).getBytes(StandardCharsets.UTF_8));
        String hex = HexFormat.of().formatHex(TOKEN.getBytes(StandardCharsets.UTF_8));
        String percent = "q=t0ken%2F%22secret%22%2b1";
        byte[] json = bytes("{\"token\": \"" + escaped + "\"}", StandardCharsets.UTF_8);
        return Stream.of(
                Arguments.of("as it is", BINARY, plain),
                Arguments.of("with an image type", "image/png", plain),
                Arguments.of(
                        "in UTF-16 LE without a mark", "application/json", bytes(escaped, StandardCharsets.UTF_16LE)),
                Arguments.of("in UTF-16 BE without a mark", "text/plain", bytes(TOKEN, StandardCharsets.UTF_16BE)),
                Arguments.of("in UTF-32", BINARY, bytes("x" + TOKEN, Charset.forName("UTF-32LE"))),
                Arguments.of("in UTF-8 declared as UTF-16", "text/plain; charset=UTF-16", json),
                Arguments.of("in UTF-8 declared as EBCDIC", "text/plain; charset=IBM037", json),
                Arguments.of(
                        "in UTF-8 with the XML declaration of UTF-16",
                        "application/xml",
                        bytes("<?xml version='1.0' encoding='UTF-16'?><a>" + TOKEN + "</a>", StandardCharsets.UTF_8)),
                Arguments.of("in Base64", BINARY, bytes("\0\1" + base64, StandardCharsets.ISO_8859_1)),
                Arguments.of("in Base64 of UTF-16", BINARY, bytes(base64, StandardCharsets.UTF_16LE)),
                Arguments.of("in lower-case hex", BINARY, bytes("\0" + hex, StandardCharsets.ISO_8859_1)),
                Arguments.of(
                        "in upper-case hex",
                        "application/pdf",
                        bytes("%PDF\377" + hex.toUpperCase(Locale.ROOT), StandardCharsets.ISO_8859_1)),
                Arguments.of("percent-encoded", "video/mp4", bytes("\0" + percent, StandardCharsets.ISO_8859_1)),
                Arguments.of("with escapes of JSON", BINARY, bytes("\377" + escaped, StandardCharsets.ISO_8859_1)),
                Arguments.of("in a gzip file", "application/gzip", gzip(json)),
                Arguments.of("in a gzip file that is no text", "text/plain", gzip(json)),
                Arguments.of("in gzip twice", BINARY, gzip(gzip(json))),
                Arguments.of("in gzip five times", BINARY, gzip(gzip(gzip(gzip(gzip(json)))))),
                Arguments.of("in gzip that is cut", BINARY, cut(gzip(random(20_000, TOKEN)), 20)),
                Arguments.of("in gzip with a damaged end", BINARY, damaged(gzip(random(20_000, TOKEN)))),
                Arguments.of("in the second member of gzip", BINARY, concat(gzip(new byte[10]), gzip(json))),
                Arguments.of("in zlib after other bytes", "application/pdf", concat(new byte[77], zlib(json))),
                Arguments.of("in a ZIP file", "application/zip", zip("a.txt", json)),
                Arguments.of("in the name of a ZIP entry", "application/zip", zip(TOKEN, new byte[3])),
                Arguments.of("in gzip of Base64", BINARY, gzip(bytes(base64, StandardCharsets.UTF_8))),
                Arguments.of(
                        "in a bzip2 file, which is not decompressed", BINARY, bytes("BZh9", StandardCharsets.UTF_8)),
                Arguments.of("in a large body", BINARY, random(2_000_000, TOKEN)),
                Arguments.of("in a bomb", BINARY, gzip(new byte[50_000_000])));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void aSecretInABodyOfAnyTypeIsNotSeen(String form, String type, byte[] body) {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse().withHeader("Content-Type", type).withBody(body)));

        Response response;
        try (HttpConnection connection = connection().build()) {
            response = connection.send(Request.get("/").header("X-Key", Secret.of(TOKEN)));
        }

        assertThat(seen).as(form).containsExactly(new byte[0]);
        assertThat(masked).containsExactly(true);
        assertThat(response.bytes()).isEqualTo(body);
        assertThat(response.exchange().responseBody()).doesNotContain("t\0").satisfies(text -> {
            assertThat(new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_8))
                    .doesNotContain("secret");
            assertThat(text.replace("\0", "")).doesNotContain("secret");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"schlüssel-é1", "密码密码密码", "пароль-один", "😀😀😀😀"})
    void aSecretBeyondAsciiIsNotSeenInAnyCharset(String secret) {
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            seen.clear();
            service.stubFor(any(anyUrl())
                    .willReturn(aResponse()
                            .withHeader("Content-Type", BINARY)
                            .withBody(concat(new byte[] {1, 2, (byte) 0xff}, bytes(secret, charset)))));
            try (HttpConnection connection = connection().build()) {
                connection.send(Request.get("/").masking(Secret.of(secret)));
            }
            assertThat(seen).as("%s", charset).containsExactly(new byte[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", BINARY})
    void aSecretThatIsDividedByChunksIsNotSeen(String type) {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withHeader("Content-Type", type)
                        .withBody("{\"a\":\"t0ken-of-chunks\"}")
                        .withChunkedDribbleDelay(20, 100)));

        try (HttpConnection connection = connection().build()) {
            connection.send(Request.get("/").header("X-Key", Secret.of("t0ken-of-chunks")));
        }

        String shown = type.equals(BINARY) ? "" : "{\"a\":\"***\"}";
        assertThat(seen)
                .extracting(body -> new String(body, StandardCharsets.UTF_8))
                .containsExactly(shown);
    }

    @Test
    void aBodyWithoutASecretIsSeenAsItIs() throws IOException {
        List<byte[]> bodies = List.of(
                random(3_000_000, ""),
                gzip(random(100_000, "nothing")),
                bytes("{\"token\":\"other\"}", StandardCharsets.UTF_16LE),
                bytes("BZ", StandardCharsets.UTF_8),
                zip("a.txt", random(10_000, "")));

        try (HttpConnection connection = connection().build()) {
            for (byte[] body : bodies) {
                service.stubFor(any(anyUrl())
                        .willReturn(
                                aResponse().withHeader("Content-Type", BINARY).withBody(body)));
                connection.send(Request.get("/").header("X-Key", Secret.of(TOKEN)));
            }
        }

        assertThat(seen).hasSize(bodies.size());
        for (int i = 0; i < bodies.size(); i++) {
            assertThat(seen.get(i)).as("body %d", i).isEqualTo(bodies.get(i));
        }
        assertThat(masked).containsOnly(false);
    }

    @Test
    void aBodyThatLooksLikeCompressedDataEverywhereIsSearchedInLimitedTime() {
        byte[] starts = new byte[8_000_000];
        for (int i = 0; i < starts.length; i += 2) {
            starts[i] = 0x78;
            starts[i + 1] = (byte) 0x9c;
        }
        service.stubFor(any(anyUrl())
                .willReturn(aResponse().withHeader("Content-Type", BINARY).withBody(starts)));

        assertTimeoutPreemptively(Duration.ofSeconds(15), () -> {
            try (HttpConnection connection = connection().build()) {
                connection.send(Request.get("/").header("X-Key", Secret.of(TOKEN)));
            }
        });
        assertThat(seen).containsExactly(new byte[0]);
    }

    @Test
    void aBinaryBodyOfTheRequestIsNotSeenIfItContainsASecret() throws IOException {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        List<String> bodies = new CopyOnWriteArrayList<>();
        byte[] archive = zip("a.txt", bytes("key=" + TOKEN, StandardCharsets.UTF_8));

        try (HttpConnection connection = connection()
                .around(chain -> {
                    bodies.add(new String(chain.request().body().orElseThrow().toBytes(), StandardCharsets.ISO_8859_1));
                    return chain.proceed(chain.request());
                })
                .build()) {
            connection.send(Request.post("/")
                    .body(Body.bytes(archive, "application/zip"))
                    .masking(Secret.of(TOKEN)));
        }

        assertThat(bodies).containsExactly("***");
        assertThat(service.getAllServeEvents().get(0).getRequest().getBody()).isEqualTo(archive);
    }

    /** Signs in once and sends the token of the response, but not its cookie. */
    private static final class Login implements AuthStrategy {

        private final AuthContext context;
        private String token = "";

        Login(AuthContext context) {
            this.context = context;
        }

        @Override
        public Request apply(Request request) {
            if (token.isEmpty()) {
                token = context.send(Request.post("/login"))
                        .json()
                        .path("token")
                        .asText();
            }
            return request.header("Authorization", "Bearer " + token);
        }
    }

    private static final AuthStrategy LOGIN = new AuthStrategy() {
        @Override
        public Request apply(Request request) {
            throw new IllegalStateException();
        }

        @Override
        public AuthStrategy open(AuthContext context) {
            return new Login(context);
        }
    };

    @ParameterizedTest
    @ValueSource(ints = {200, 400})
    void aCookieOfALoginIsMaskedAlthoughItIsNotSentAgain(int status) {
        service.stubFor(post("/login")
                .willReturn(okJson("{\"token\":\"abc\"}")
                        .withHeader("Set-Cookie", "session=s3ssion-of-login; Path=/elsewhere")));
        service.stubFor(get("/items")
                .willReturn(aResponse()
                        .withStatus(status)
                        .withHeader("Content-Type", "text/html")
                        .withHeader("X-Session", "s3ssion-of-login")
                        .withBody("<p>session s3ssion-of-login</p>")));
        List<String> texts = new ArrayList<>();

        try (HttpConnection connection = connection()
                .auth(LOGIN)
                .around(chain -> {
                    Response response = chain.proceed(chain.request().acceptAnyStatus());
                    texts.add(response.headers() + response.text());
                    return response;
                })
                .build()) {
            Response response = connection.send(Request.get("/items").acceptStatus(400));
            texts.add(response.exchange().toString() + response.exchange().responseHeaders());
            assertThat(response.text()).contains("s3ssion-of-login");
        }
        try (HttpConnection connection = connection().auth(LOGIN).build()) {
            if (status == 400) {
                StatusException failure =
                        catchThrowableOfType(StatusException.class, () -> connection.send(Request.get("/items")));
                texts.add(failure.getMessage() + failure.exchange());
            }
        }

        assertThat(texts)
                .hasSizeGreaterThan(1)
                .allSatisfy(text -> assertThat(text).doesNotContain("s3ssion").contains("***"));
    }

    private static byte[] bytes(String text, Charset charset) {
        return text.getBytes(charset);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static byte[] cut(byte[] bytes, int end) {
        return Arrays.copyOf(bytes, bytes.length - end);
    }

    private static byte[] damaged(byte[] bytes) {
        byte[] changed = bytes.clone();
        Arrays.fill(changed, bytes.length - 30, bytes.length, (byte) 0xff);
        return changed;
    }

    /** Returns bytes without order, with a text in the middle. */
    private static byte[] random(int size, String text) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        byte[] inner = bytes(text, StandardCharsets.UTF_8);
        System.arraycopy(inner, 0, bytes, size / 2, inner.length);
        return bytes;
    }

    private interface Writer {
        void write(ByteArrayOutputStream out) throws IOException;
    }

    private static byte[] written(Writer writer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writer.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] content) {
        return written(out -> {
            try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                gzip.write(content);
            }
        });
    }

    private static byte[] zlib(byte[] content) {
        return written(out -> {
            try (DeflaterOutputStream zlib = new DeflaterOutputStream(out)) {
                zlib.write(content);
            }
        });
    }

    private static byte[] zip(String name, byte[] content) {
        return written(out -> {
            try (ZipOutputStream zip = new ZipOutputStream(out)) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(content);
            }
        });
    }
}
