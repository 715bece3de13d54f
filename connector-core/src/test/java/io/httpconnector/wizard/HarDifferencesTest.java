package io.httpconnector.wizard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests archives that contain the same data twice: what is not imported is noted. */
class HarDifferencesTest {

    private static final String FORM = "application/x-www-form-urlencoded";

    private static Recommendation read(String url, String rest) {
        return RecommendationSources.har(("{'log': {'entries': [{'request': {'method': 'POST', 'url': '" + url + "'"
                                + (rest.isEmpty() ? "" : ", " + rest) + "}}]}}")
                        .replace('\'', '"'))
                .all()
                .get(0);
    }

    private static Recommendation body(String type, String text, String params) {
        return read(
                "https://h/a",
                "'postData': {'mimeType': '" + type + "', 'text': '" + text + "', 'params': [" + params + "]}");
    }

    private static String pair(String name, String value) {
        return "{'name': '" + name + "', 'value': '" + value + "'}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "a=1 ! a ! 2 ! a",
                "a=1 ! b ! 2 ! b",
                "a=1&a=2 ! a ! 3 ! a",
                "a=1 ! a ! 1 !",
                "b=2&a=1 ! a ! 1 !",
                "a=x%20y%26 ! a ! x y& !",
                "a=x%20y%26 ! a ! x%20y%26 !",
                "a=x+y ! a ! x+y !",
                "a=x+y ! a ! x y !",
                "a=%E4 ! a ! ä !",
                "a=%7B%7Bx ! a ! {{x !",
                "a ! a ! '' !",
            })
    void parametersThatDifferFromTheTextAreNoted(String text, String name, String value, String noted) {
        Recommendation read = body(FORM, text, pair(name, value.equals("''") ? "" : value));

        if (noted == null) {
            assertThat(read.notes()).isEmpty();
        } else {
            assertThat(read.notes())
                    .containsExactly("the archive has parameters of the body that differ from its text, which is used: "
                            + noted);
        }
    }

    @Test
    void repeatedParameterIsCounted() {
        assertThat(body(FORM, "a=1", pair("a", "1") + "," + pair("a", "1")).notes())
                .containsExactly("the archive has parameters of the body that differ from its text, which is used: a");
    }

    @Test
    void parametersOfATextThatIsNoForm() {
        Recommendation read = body("application/json", "{}", pair("a", "1") + "," + pair("b", "s3cret"));

        assertThat(read.definition().at("/body/json").isObject()).isTrue();
        assertThat(read.notes())
                .containsExactly(
                        "the archive has parameters of the body that differ from its text, which is used: a, b");
    }

    @Test
    void partsThatDifferFromTheTextAreNoted() {
        String text = "--x\\r\\nContent-Disposition: form-data; name=a\\r\\n\\r\\n1\\r\\n2\\r\\n"
                + "--x\\r\\nContent-Disposition: form-data; name=f; filename=f.png\\r\\n\\r\\n\\r\\n--x--\\r\\n";
        String type = "multipart/form-data; boundary=x";
        String file = "{'name': 'f', 'value': '(binary)'}";

        assertThat(body(type, text, pair("a", "1\\n2") + "," + file).notes())
                .containsExactly("the content of f.png is the pill {{file.f}}");
        assertThat(body(type, text, pair("a", "3") + "," + file + "," + pair("c", "4"))
                        .notes())
                .containsExactly(
                        "the archive has parts that differ from the text of the body, which is used: a, c",
                        "the content of f.png is the pill {{file.f}}");
        assertThat(body(type, "--x\\r\\nContent-Disposition: form-data", pair("a", "1"))
                        .notes())
                .containsExactly("the text of the body is not complete: its parameters are used");
    }

    @Test
    void queryThatDiffersFromTheUrlIsNoted() {
        assertThat(read("https://h/a?q=x%20y#f", "'queryString': [" + pair("q", "x y") + "]")
                        .notes())
                .isEmpty();
        assertThat(read("https://h/a?q=1", "'queryString': [" + pair("q", "1") + "," + pair("page", "2") + "]")
                        .notes())
                .containsExactly("the archive has query parameters that differ from the URL, which is used: page");
    }

    @Test
    void contentTypeThatDiffersFromTheBodyIsNoted() {
        String body =
                "'postData': {'mimeType': 'application/json', 'text': '{}'}, 'headers': [{'name': 'Content-Type', 'value': ";

        assertThat(read("https://h/a", body + "'Application/JSON; charset=utf-8'}]")
                        .notes())
                .isEmpty();
        assertThat(read("https://h/a", body + "'text/plain'}]").notes())
                .containsExactly(
                        "the Content-Type header differs from the media type of the body, which is used: text/plain");
    }
}
