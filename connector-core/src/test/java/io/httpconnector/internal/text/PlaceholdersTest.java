package io.httpconnector.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceholdersTest {

    /** Placeholders are shown as index:name, literal texts in quotes. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "plain ; 'plain'",
                "{{a}} ; 0:a",
                "{{ auth.sub_domain-1 }} ; 0:auth.sub_domain-1",
                "x{{a}}{{header.X-A}}y ; 'x' 1:a 6:header.X-A 'y'",
                "{{a b}} ; 0:a b",
                "{{}} ; 0:",
                "{{{a}}} ; '{' 1:a '}'",
                "{{a} {{b}} ; '{{a} ' 5:b",
                "{{a{{b}} ; '{{a' 3:b",
                "{{a ; '{{a'",
                "{{ ; '{{'",
                "a}} ; 'a}}'",
                "{a}} ; '{a}}'",
                "{{{{ ; '{{{{'"
            })
    void textIsSplit(String text, String expected) {
        assertThat(Placeholders.split(text).stream()
                        .map(segment -> segment.name() == null
                                ? "'" + segment.text() + "'"
                                : segment.start() + ":" + segment.name())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected);
        assertThat(Placeholders.split(text).stream()
                        .map(Placeholders.Segment::text)
                        .collect(Collectors.joining()))
                .isEqualTo(text);
    }

    @Test
    void emptyTextHasNoSegments() {
        assertThat(Placeholders.split("")).isEmpty();
    }

    @Test
    void whiteSpaceAroundANameIsIgnored() {
        assertThat(Placeholders.split("{{\t\n a\r\n}}"))
                .containsExactly(new Placeholders.Segment("{{\t\n a\r\n}}", 0, "a"));
    }

    @Test
    void placeholderOpensAtTheIndex() {
        assertThat(Placeholders.at("x{{a}}", 1)).isEqualTo(new Placeholders.Segment("{{a}}", 1, "a"));
        assertThat(Placeholders.at("x{{a}}", 0)).isNull();
        assertThat(Placeholders.at("x{{a}}", 2)).isNull();
    }
}
