package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.internal.http.Url;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {

    private static List<String> problems(HttpConnectionBuilder builder) {
        return catchThrowableOfType(InvalidDefinitionException.class, builder::build)
                .problems();
    }

    @Test
    void connectionListsAllThatIsWrongAtOnce() {
        HttpConnectionBuilder builder = HttpConnection.named(" ")
                .baseUrl("api.example.com")
                .header("X Name", "v")
                .header("X-Ok", "line\nbreak")
                .header("Host", "other")
                .connectTimeout(Duration.ZERO)
                .responseTimeout(Duration.ofMillis(-1))
                .totalTimeout(Duration.ofDays(400_000_000_000L))
                .maxConnections(0)
                .maxResponseBytes(0);

        assertThat(problems(builder))
                .containsExactly(
                        "name: it is missing: name the service, such as \"Jira\"",
                        "URL \"api.example.com\": it is relative: write the scheme and the host, such as"
                                + " https://api.example.com/v1",
                        "header: \"X Name\" is not a header name: use letters, digits and hyphens",
                        "header: X-Ok: character 5 of the value is a control character (U+000A): remove or encode it",
                        "header: Host is set by the connection itself: leave it out",
                        "connectTimeout: PT0S is not a time limit: use 1 ms to 24 h",
                        "responseTimeout: PT-0.001S is not a time limit: use 1 ms to 24 h",
                        "totalTimeout: PT9600000000000H is not a time limit: use 1 ms to 24 h",
                        "maxConnections: 0 is out of range: use 1 to 10000",
                        "maxResponseBytes: 0 is out of range: use 1 to 1073741824");
    }

    @Test
    void nothingAtAllIsSaidToBeMissing() {
        assertThat(problems(HttpConnection.named(null).auth(null)))
                .containsExactly(
                        "name: it is missing: name the service, such as \"Jira\"",
                        "base URL: it is missing: set it by baseUrl(\"https://...\")",
                        "auth: it is null: leave it out, or use AuthStrategy.none()");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ftp://example.com                 | only http and https are known",
                "mailto:me@example.com             | only http and https are known",
                "https:/example.com                | is not followed by",
                "https://                          | the host is missing",
                "https://?q=1                      | the host is missing",
                "//example.com/x                   | it starts with",
                "https://user:pa55@example.com/    | user info",
                "https://example.com:0/            | is not a port",
                "https://example.com:99999/        | is not a port",
                "https://example.com:8o/           | is not a port",
                "https://exa mple.com/             | is not a host name",
                "https://bücher.example/           | Punycode",
                "https://example.com/a b           | is not allowed in a URL",
                "https://example.com/ä             | %C3%A4",
                "https://example.com/\ud83d\ude00      | %F0%9F%98%80",
                "https://example.com/\ud83d        | an unpaired surrogate (U+D83D)",
                "https://example.com/%zz           | without two hex digits",
                "https://example.com/a#b           | a fragment is never sent",
                "https://example.com/a/../b        | segment",
                "https://example.com/a/%2E%2e/b    | segment",
                "https://example.com\\evil         | is not allowed in a URL",
                "https://example.com/?api_key=k3y  | it contains a query"
            })
    void baseUrl(String url, String why) {
        InvalidDefinitionException e = catchThrowableOfType(
                InvalidDefinitionException.class,
                () -> HttpConnection.named("X").baseUrl(url).build());

        assertThat(e).hasMessageContaining(why).hasMessageNotContaining("pa55").hasMessageNotContaining("k3y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"get", "Post", "pATCH"})
    void methodInSmallLetters(String method) {
        String why =
                "\"" + method + "\" is not the method " + method.toUpperCase(Locale.ROOT) + ": write it in capitals";
        assertThatThrownBy(() -> Request.of(method, "/")).hasMessageContaining(why);
        assertThatThrownBy(() -> RequestTemplate.named("T").method(method, "/").build())
                .hasMessageContaining(why);
        assertThat(Request.of("search", "/").method()).isEqualTo("search");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "http://localhost:8080/api/",
                "https://[::1]:8443",
                "https://a_b.example/x"
            })
    void baseUrlThatIsFine(String url) {
        assertThatCode(() -> HttpConnection.named("X").baseUrl(url).build().close())
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "https://h/api, /x, https://h/api/x",
        "https://h/api/, /x, https://h/api/x",
        "https://h/api/, x, https://h/api/x",
        "https://h/api, x?y=z, https://h/api/x?y=z",
        "https://h, x, https://h/x",
        "https://h/api, https://h/other, https://h/other",
        "https://h/api, https://h, https://h/",
        "https://h/api, https://h?q=1, https://h/?q=1",
        "https://h/api, '', https://h/api",
        "https://h, '', https://h/"
    })
    void relativeUrlIsAppendedToTheBase(String base, String url, String expected) {
        Request request = Request.get(url);

        Url absolute = request.url().below(Url.parseAbsolute(base));

        assertThat(OriginPolicy.at(absolute, request).uri()).hasToString(expected);
    }

    static Stream<Arguments> nullsAndWorse() {
        Request get = Request.get("/");
        Secret noSecret = null;
        String noText = null;
        return Stream.of(
                call("Request.get(null)", () -> Request.get(null)),
                call("Request.of(null)", () -> Request.of(null, "/")),
                call("TRACE", () -> Request.of("TRACE", "/")),
                call("method with a space", () -> Request.of("GET /", "/")),
                call("header(null)", () -> get.header(null, "v")),
                call("header(null value)", () -> get.header("X", noText)),
                call("header(null secret)", () -> get.header("X", noSecret)),
                call("query(null)", () -> get.query(null, "v")),
                call("query(null value)", () -> get.query("q", noText)),
                call("query(null secret)", () -> get.query("q", noSecret)),
                call("bodyField(null)", () -> get.bodyField("f", noText)),
                call("json(broken)", () -> get.json("{\"a\": }")),
                call("json(two values)", () -> get.json("1 2")),
                call("json(empty)", () -> get.json("")),
                call("json(unwritable)", () -> get.json(new Object())),
                call("accept(99)", () -> get.acceptStatus(99)),
                call("timeout(null)", () -> get.timeout(null)),
                call("timeout(0)", () -> get.timeout(Duration.ZERO)),
                call("Body.text(null)", () -> Body.text(null, "text/plain")),
                call("Body.text(bad type)", () -> Body.text("x", "text/plain\nX: y")),
                call("Body.bytes(null)", () -> Body.bytes(null, "text/plain")),
                call("Body.field on text", () -> Body.text("x", "text/plain").field("a", "b")),
                call("Secret.of(null)", () -> Secret.of(null)),
                call("Secret.from(null)", () -> Secret.from(null)),
                call(
                        "builder.baseUrl(null)",
                        () -> HttpConnection.named("X").baseUrl(null).build()),
                call(
                        "builder.header(null)",
                        () -> HttpConnection.named("X")
                                .baseUrl("http://h")
                                .header(null, "v")
                                .build()),
                call(
                        "builder.query(null)",
                        () -> HttpConnection.named("X")
                                .baseUrl("http://h")
                                .query("q", noText)
                                .build()),
                call(
                        "builder.timeout(null)",
                        () -> HttpConnection.named("X")
                                .baseUrl("http://h")
                                .totalTimeout(null)
                                .build()));
    }

    private static Arguments call(String name, ThrowingCallable call) {
        return Arguments.of(name, call);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nullsAndWorse")
    void isRefusedWithAReason(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(InvalidDefinitionException.class).hasMessageStartingWith("Invalid ");
    }

    @Test
    void jsonTextIsCheckedAndSaysWhere() {
        assertThatThrownBy(() -> Body.json("{\n  \"a\": 1,\n}"))
                .hasMessageContaining("line 3, column 1")
                .hasMessageContaining("JSON body");
        assertThat(Body.json(Map.of("a", 1)).field("a", "2").toBytes())
                .asString()
                .isEqualTo("{\"a\":\"2\"}");
    }
}
