package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.log.ExchangeLog;
import io.httpconnector.log.ExchangeQuery;
import io.httpconnector.log.ExchangeStore;
import io.httpconnector.log.ExchangeStore.Retention;
import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an exchange shows of the bodies and header fields of both sides. */
@Timeout(30)
class RecordedExchangeTest {

    private static final int MAX_BODY = 64 * 1024;
    private static final String SECRET = "s3cr3t-c4nary/+value";

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static Exchange exchange(Request request, ResponseDefinitionBuilder response) {
        service.stubFor(any(anyUrl()).willReturn(response));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .retry(RetryPolicy.none())
                .build()) {
            return connection.send(request.acceptStatus(302, 400, 500)).exchange();
        }
    }

    private static ResponseDefinitionBuilder ok(@Nullable String contentType, String body) {
        ResponseDefinitionBuilder response = aResponse().withBody(body.getBytes(UTF_8));
        return contentType == null ? response : response.withHeader("Content-Type", contentType);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/plain                        | true
            Text/HTML;charset=utf-8           | true
            application/json                  | true
            application/problem+json          | true
            application/xml                   | true
            application/soap+XML              | true
            application/x-www-form-urlencoded | true
            application/javascript            | true
                                              | true
            application/octet-stream          | false
            image/png                         | false
            """)
    void bodyIsShownIfItIsText(@Nullable String contentType, boolean isText) {
        String shown = isText ? "grüße" : "(7 bytes of " + contentType + ")";

        assertThat(exchange(Request.get("/"), ok(contentType, "grüße")).responseBody())
                .isEqualTo(shown);
        if (contentType != null) {
            Request request = Request.post("/").body(Body.bytes("grüße".getBytes(UTF_8), contentType));
            assertThat(exchange(request, ok("text/plain", "")).requestBody()).isEqualTo(shown);
            assertThat(request.preview().requestBody()).isEqualTo(shown);
        }
    }

    @Test
    void byteOrderMarkOfARequestIsKept() {
        byte[] bytes = "\uFEFFa".getBytes(UTF_8);

        assertThat(exchange(Request.post("/").body(Body.bytes(bytes, "text/csv")), ok("text/plain", "\uFEFFb")))
                .satisfies(exchange -> {
                    assertThat(exchange.requestBody()).isEqualTo("\uFEFFa");
                    assertThat(exchange.responseBody()).isEqualTo("b");
                });
        assertThat(Request.post("/")
                        .body(Body.bytes(bytes, "image/png"))
                        .preview()
                        .requestBody())
                .isEqualTo("(4 bytes of image/png)");
    }

    @Test
    void streamIsDescribedAndACompressedBodyIsShown() {
        Body stream = Body.stream(new ByteArrayInputStream(new byte[] {'h', 'i'}), "text/plain");
        assertThat(exchange(Request.post("/").body(stream), ok("text/plain", ""))
                        .requestBody())
                .isEqualTo("(a stream of text/plain)");

        assertThat(exchange(
                                Request.post("/")
                                        .body(Body.text("hello", "text/plain").gzip()),
                                ok("text/plain", ""))
                        .requestBody())
                .isEqualTo("hello");
    }

    @Test
    void previewIsAnExchangeThatWasNotSent() {
        Exchange preview = Request.post("https://example.com/a?b=c")
                .header("X-Key", Secret.of(SECRET))
                .json("{\"key\": \"" + SECRET + "\"}")
                .preview();

        assertThat(preview.url()).isEqualTo("https://example.com/a?b=c");
        assertThat(preview.requestHeaders().first("X-Key")).hasValue("***");
        assertThat(preview.requestHeaders().first("Content-Type")).hasValue("application/json");
        assertThat(preview.requestBody()).isEqualTo("{\"key\": \"***\"}");
        assertThat(preview.status()).isEmpty();
        assertThat(preview.responseBody()).isEmpty();
        assertThat(preview.attempts()).isZero();
        assertThat(preview.startedAt()).isEqualTo(Instant.EPOCH);
        assertThat(preview.elapsed()).isEqualTo(Duration.ZERO);
    }

    @Test
    void mediaTypeOfABodyIsShownOnce() {
        Exchange own = Request.post("/")
                .json("{}")
                .header("content-type", "application/vnd.api+json")
                .header("X-Key", Secret.of(SECRET))
                .header("X-Other", "plain")
                .preview();
        assertThat(own.requestHeaders().all("Content-Type")).containsExactly("application/vnd.api+json");

        Exchange usual = Request.post("/")
                .header("X-Key", Secret.of(SECRET))
                .header("X-Other", "plain")
                .json("{}")
                .preview();
        assertThat(usual.requestHeaders().all("Content-Type")).containsExactly("application/json");
        for (Exchange exchange : new Exchange[] {own, usual}) {
            assertThat(exchange.requestHeaders().first("X-Key")).hasValue("***");
            assertThat(exchange.requestHeaders().first("X-Other")).hasValue("plain");
        }
    }

    @ParameterizedTest
    @CsvSource({"200, ***", "302, ***", "400, '{\"echo\":\"x\"}'", "500, '{\"echo\":\"x\"}'"})
    void secretResponseIsMaskedUnlessItIsAnError(int status, String shown) {
        Request request = Request.post("/").json("{}").secretResponse();

        assertThat(exchange(request, ok("application/json", "{\"echo\":\"x\"}").withStatus(status))
                        .responseBody())
                .isEqualTo(shown);
        assertThat(exchange(request, ok("application/json", "").withStatus(status))
                        .responseBody())
                .isEmpty();
    }

    @Test
    void headerFieldsOfASecretResponseShowNoCredentials() {
        ResponseDefinitionBuilder response = ok("application/json", "{}")
                .withHeader("Set-Cookie", "session=c4nary; Path=/", "other=c4nary")
                .withHeader("X-Auth-Token", "c4nary")
                .withHeader("Location", "https://example.com/done?token=c4nary")
                .withHeader("Server", "nginx");

        Headers masked = exchange(Request.get("/").secretResponse(), response).responseHeaders();

        assertThat(masked.all("Set-Cookie")).containsExactly("session=***; Path=/", "other=***");
        assertThat(masked.first("X-Auth-Token")).hasValue("***");
        assertThat(masked.first("Location")).hasValue("https://example.com/done?token=***");
        assertThat(masked.first("Server")).hasValue("nginx");
        assertThat(masked.first("Content-Type")).hasValue("application/json");

        Headers other = exchange(Request.get("/"), response).responseHeaders();
        assertThat(other.all("Set-Cookie")).containsExactly("session=***; Path=/", "other=***");
        assertThat(other.first("X-Auth-Token")).hasValue("c4nary");
    }

    @ParameterizedTest
    @CsvSource({"0, ''", "1, … (cut)"})
    void bodyIsCutAfter64KiB(int more, String end) {
        String body = "x".repeat(MAX_BODY - 1) + "yz";

        assertThat(exchange(Request.get("/"), ok("text/plain", body.substring(0, MAX_BODY + more)))
                        .responseBody())
                .isEqualTo("x".repeat(MAX_BODY - 1) + "y" + end);
    }

    /** A secret at the cut is masked, also in a long spelling, whatever precedes it. */
    @ParameterizedTest
    @CsvSource({"0", "1", "10", "19", "20", "60", "239", "300"})
    void secretAtTheCutIsMasked(int before) {
        StringBuilder escaped = new StringBuilder();
        SECRET.chars().forEach(c -> escaped.append(String.format("%%25%02X", c)));
        for (String spelling : new String[] {SECRET, escaped.toString()}) {
            String body = "x".repeat(MAX_BODY - before) + spelling + "y".repeat(2000);

            String shown = exchange(Request.get("/").header("X-Key", Secret.of(SECRET)), ok("text/plain", body))
                    .responseBody();

            assertThat(shown).startsWith("x".repeat(MAX_BODY - before)).endsWith("… (cut)");
            assertThat(shown.substring(MAX_BODY - before)).matches("(\\*{0,3}|\\*{3}y+)… \\(cut\\)");
            assertThat(shown.length() - "… (cut)".length()).isLessThanOrEqualTo(MAX_BODY);
        }
    }

    @Test
    void secretAtTheCutIsMaskedAfterManyOthers() {
        String body = (SECRET + ",").repeat(5000);

        assertThat(exchange(Request.get("/").header("X-Key", Secret.of(SECRET)), ok("text/plain", body))
                        .responseBody())
                .matches("(\\*{3},)*\\*{0,3}… \\(cut\\)");
    }

    /** A header field that is defined to have credentials is a secret, unless it is so short that it may occur anywhere. */
    @ParameterizedTest
    @CsvSource({"8", "7"})
    void credentialThatWasSetAsPlainTextIsMasked(int length) {
        String value = "x1y2z3w4".substring(0, length);

        Exchange exchange = exchange(Request.get("/").header("Authorization", value), ok("text/plain", value + "!"));

        assertThat(exchange.requestHeaders().first("Authorization")).hasValue("***");
        assertThat(exchange.responseBody()).isEqualTo(length == 8 ? "***!" : value + "!");
    }

    @Test
    void bodyOfAnAuthStrategyIsNotShown() {
        service.stubFor(any(anyUrl()).willReturn(ok("text/plain", "")));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(request -> request.body(Body.text("signed", "text/plain")))
                .build()) {
            assertThat(connection.send(Request.post("/").json("{}")).exchange().requestBody())
                    .isEqualTo("***");
        }
    }

    @ParameterizedTest
    @CsvSource({"text/plain; charset=utf-8, UTF-8", "text/plain, UTF-8", "text/plain; charset=Shift_JIS, Shift_JIS"})
    void characterAtTheCutIsWhole(String contentType, String charset) {
        byte[] body = ("x" + "\u3042".repeat(MAX_BODY)).getBytes(Charset.forName(charset));

        assertThat(exchange(Request.get("/"), aResponse().withBody(body).withHeader("Content-Type", contentType))
                        .responseBody())
                .matches("x\u3042+… \\(cut\\)");
    }

    @Test
    void longBodyThatIsNotUtf8IsShownInItsCharset() {
        byte[] body = "x\u00e9".repeat(MAX_BODY).getBytes(StandardCharsets.ISO_8859_1);

        assertThat(exchange(Request.get("/"), aResponse().withBody(body).withHeader("Content-Type", "text/plain"))
                        .responseBody())
                .matches("(x\u00e9)+… \\(cut\\)");
    }

    /** A reader may stop anywhere, also within the byte order mark. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void startOfABodyThatIsReadInPart(int bytes) {
        service.stubFor(any(anyUrl()).willReturn(ok("text/plain", "\uFEFFx\u00e9yz")));
        Retention retention = new Retention(Duration.ofDays(1), 1 << 20);
        try (ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(retention)).open();
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .listener(log.connections())
                        .build()) {
            connection.read(Request.get("/"), (head, body) -> body.readNBytes(bytes));

            assertThat(log.search(ExchangeQuery.latest(1)).get(0).exchange().responseBody())
                    .matches("(x(\u00e9)?)?… \\(the start of .*");
        }
    }
}
