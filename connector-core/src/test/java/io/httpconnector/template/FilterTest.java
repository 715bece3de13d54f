package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {

    private static final Map<String, Object> VALUES = new HashMap<>(Map.of(
            "text",
            " Ünï cöde ",
            "int",
            250,
            "yes",
            true,
            "digits",
            "1234.5600",
            "empty",
            "",
            "none",
            List.of(),
            "lines",
            List.of(Map.of("sku", "A", "p", Map.of("n", 1)), Map.of("sku", "B", "p", Map.of("n", 2)))));

    static {
        VALUES.put("null", null);
        VALUES.put("bytes", new byte[] {(byte) 0xfb, (byte) 0xff});
        VALUES.put("names", List.of("x", 1, false));
        VALUES.put("iso", "2026-03-29T00:30:00.5Z");
        VALUES.put("sf", "2026-03-29T02:30:00.000+0200");
        VALUES.put("day", "2026-03-29");
        VALUES.put("local", "2026-03-29 12:00:00");
        VALUES.put("http", "Sun, 29 Mar 2026 00:30:00 GMT");
        VALUES.put("millis", 1774744200500L);
        VALUES.put("huge", new BigDecimal("1e100000000"));
        VALUES.put("tiny", new BigDecimal("1e-100000000"));
        VALUES.put("instant", Instant.parse("2026-03-29T00:30:00Z"));
        VALUES.put("nested", List.of(Map.of("l", List.of(1, 2)), Map.of("l", List.of(3))));
    }

    private static String render(String expression) {
        RequestTemplate template = RequestTemplate.named("T")
                .post("/")
                .json("[{{" + expression + "}}]")
                .build();
        return new String(template.render("v", VALUES).body().orElseThrow().toBytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "v.int | string                          ! [\"250\"]",
                "v.yes | string                          ! [\"true\"]",
                "v.digits | number                       ! [1234.5600]",
                "v.int | number                          ! [250]",
                "v.yes | string | boolean                ! [true]",
                "v.nested | json                         ! [\"[{\\\"l\\\":[1,2]},{\\\"l\\\":[3]}]\"]",
                "v.lines | size                          ! [2]",
                "v.lines[0] | size                       ! [2]",
                "v.empty | size                          ! [0]",
                "v.lines | pluck(p.n)                    ! [[1,2]]",
                "v.int | split('5')                      ! [[\"2\",\"0\"]]",
                "v.yes | string | split('true') | size   ! [0]",
                "v.lines | pluck('sku') | join(', ')     ! [\"A, B\"]",
                "v.lines | pluck(p[\"n\"]) | first       ! [1]",
                "v.lines[*].sku | last                   ! [\"B\"]",
                "v.lines[*].p.n                          ! [[1,2]]",
                "v.nested[*].l[*]                        ! [[1,2,3]]",
                "v.lines[-1].sku                         ! [\"B\"]",
                "v[\"lines\"][0]['sku']                  ! [\"A\"]",
                "[\"v\"].int                             ! [250]",
                "v.names | join('\\n')                   ! [\"x\\n1\\nfalse\"]",
                "v.text | trim | upper                   ! [\"ÜNÏ CÖDE\"]",
                "v.text | lower | trim                   ! [\"ünï cöde\"]",
                "v.text | trim | base64                  ! [\"w5xuw68gY8O2ZGU=\"]",
                "v.bytes | base64                        ! [\"+/8=\"]",
                "v.bytes | base64url                     ! [\"-_8\"]",
                "v.bytes | hex                           ! [\"fbff\"]",
                "v.bytes | md5                           ! [\"0cd91ef57ba7551468d158b4076c8b1d\"]",
                "v.text | trim | sha1                    ! [\"f82eba61c8ef8acd041bb9677070da4b6edb3987\"]",
                "v.text | trim | sha1 | base64           ! [\"+C66Ycjvis0EG7lncHDaS27bOYc=\"]",
                "v.text | trim | sha1 | hex | base64     ! [\"ZjgyZWJhNjFjOGVmOGFjZDA0MWJiOTY3NzA3MGRhNGI2ZWRiMzk4Nw==\"]",
                "v.text | trim | sha1 | string | base64  ! [\"ZjgyZWJhNjFjOGVmOGFjZDA0MWJiOTY3NzA3MGRhNGI2ZWRiMzk4Nw==\"]",
                "v.int | sha256 | base64url              ! [\"HkcrObEF00m80GnEpxG0Si__uOJ0cUuwfs__aamn9ns\"]",
                "v.int | sha256 | sha256                 ! [\"6a48e4bcb2085d8d360b90a9e6efcb55bcc1696b82a5b7c97536bac4bb037ba7\"]",
                "v.int | sha384 | size                   ! [96]",
                "v.int | sha512 | upper | size           ! [128]",
                "v.text | trim | urlencode               ! [\"%C3%9Cn%C3%AF%20c%C3%B6de\"]",
                "v.lines[0] | without('p') | pairs('=', '&') ! [\"sku=A\"]",
                "v.lines[0] | without('p', 'sku') | pairs('=', '&', encoded) ! [\"\"]",
                "v.names | without('x', 'y')             ! [[1,false]]",
                "v.names | withoutEmpty | take(2)        ! [[\"x\",1]]",
                "v.text | trim | take(3)                 ! [\"Ünï\"]",
                "v.text | trim | take(99)                ! [\"Ünï cöde\"]",
                "v.bytes | take(1) | hex                 ! [\"fb\"]",
                "v.iso | date('dd MMM yyyy HH:mm', 'Europe/Berlin') ! [\"29 Mar 2026 01:30\"]",
                "v.iso | date(\"yyyy-MM-dd'T'HH:mm:ssXXX\") ! [\"2026-03-29T00:30:00Z\"]",
                "v.sf | iso                              ! [\"2026-03-29T00:30:00Z\"]",
                "v.http | iso('Europe/Berlin')           ! [\"2026-03-29T01:30:00+01:00\"]",
                "v.instant | epochSeconds                ! [1774744200]",
                "v.iso | epochMillis                     ! [1774744200500]",
                "v.millis | iso(millis)                  ! [\"2026-03-29T00:30:00.500Z\"]",
                "v.millis | epochSeconds(millis)         ! [1774744200]",
                "v.millis | date('yyyy', 'UTC', millis)  ! [\"2026\"]",
                "v.day | date('MM/dd/yyyy')              ! [\"03/29/2026\"]",
                "v.day | epochSeconds('America/New_York') ! [1774756800]",
                "v.local | iso('UTC')                    ! [\"2026-03-29T12:00:00Z\"]",
                "v.missing | default('x')                ! [\"x\"]",
                "v.missing | default(1.50)               ! [1.50]",
                "v.missing | default([]) | size          ! [0]",
                "v.missing | upper | default({})         ! [{}]",
                "v.null | default('x')                   ! [null]",
                "v.null | default('x', null)             ! [\"x\"]",
                "v.empty | default('x', null)            ! [\"\"]",
                "v.empty | default('x', empty)           ! [\"x\"]",
                "v.text | trim | default('x', empty)     ! [\"Ünï cöde\"]",
                "v.none | first | default('x')           ! [\"x\"]",
                "v.missing | null                        ! [null]",
                "v.empty | null(empty)                   ! [null]",
                "v.null | upper                          ! [null]",
                "v.null | join(',') | default('x', null) ! [\"x\"]",
                "v.missing | omit                        ! []",
                "v.null | omit                           ! [null]",
                "v.null | omit(null)                     ! []",
                "v.none | omit(empty)                    ! []",
                "v.lines[*].none | default('x')          ! [\"x\"]",
                "v.int|string|size                       ! [3]"
            })
    void filter(String expression, String rendered) {
        assertThat(render(expression)).isEqualTo(rendered);
    }

    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "v.missing                     ! MISSING     ! \"v\" has no \"missing\"",
                "v.mising | upper              ! MISSING     ! \"v\" has no \"mising\"",
                "v.lines[*].sk                 ! MISSING     ! \"v.lines[0]\" has no \"sk\": did you mean \"sku\"?",
                "v.lines[7]                    ! MISSING     ! has 2 elements, so it has no [7]",
                "v.lines[-3]                   ! MISSING     ! has 2 elements, so it has no [-3]",
                "v.int[*]                      ! MISSING     ! is not a list",
                "v.none | first                ! MISSING     ! has no value after its filters",
                "v.lines | pluck(q)            ! MISSING     ! has no \"q\" at [0]",
                "v.null | required             ! NULL        ! is required, but null",
                "v.empty | required            ! EMPTY       ! is required, but empty",
                "v.none | required             ! EMPTY       ! is required, but empty",
                "v.missing | required          ! MISSING     ! \"v\" has no \"missing\"",
                "v.lines | upper               ! WRONG_TYPE  ! is a list, which the filter upper does not accept",
                "v.text | join(',')            ! WRONG_TYPE  ! is text, which the filter join does not accept",
                "v.lines | join(',')           ! WRONG_TYPE  ! has an object at [0]",
                "v.text | number               ! WRONG_TYPE  ! is text that is not a number",
                "v.text | boolean              ! WRONG_TYPE  ! is text other than",
                "v.text | iso                  ! WRONG_TYPE  ! is not a readable date",
                "v.millis | iso                ! WRONG_TYPE  ! is a number without a unit",
                "v.huge | iso(seconds)         ! WRONG_TYPE  ! is not a readable date",
                "v.tiny | iso(millis)          ! WRONG_TYPE  ! is not a readable date",
                "v.tiny | epochSeconds(seconds) ! WRONG_TYPE ! is not a readable date",
                "v.day | iso                   ! WRONG_TYPE  ! has no offset: add its time zone",
                "v.local | date('XXX')         ! WRONG_TYPE  ! has no offset: add its time zone"
            })
    void valueThatDoesNotFit(String expression, TemplateProblem.Code code, String message) {
        RenderException e = catchThrowableOfType(RenderException.class, () -> render(expression));

        TemplateProblem problem = e.details().get(0);
        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.message()).contains(message);
        assertThat(problem.pill()).isEqualTo(expression);
        assertThat(problem).hasFieldOrPropertyWithValue("part", "body").hasFieldOrPropertyWithValue("pointer", "/0");
        assertThat(e).hasMessageNotContaining("cöde").hasMessageNotContaining("1774744200500");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "v.a | uper                    ! UNKNOWN_FILTER ! unknown filter \"uper\": did you mean \"upper\"?",
                "v.a | size | join(',')        ! WRONG_TYPE     ! size returns a number, which the filter join does"
                        + " not accept",
                "v.a[*].b | upper              ! WRONG_TYPE     ! the path returns a list, which the filter upper does"
                        + " not accept",
                "v.a | upper(1)                ! WRONG_ARGUMENT ! upper: expects no argument",
                "v.a | join                    ! WRONG_ARGUMENT ! join: requires, in quotes",
                "v.a | join(',', ';')          ! WRONG_ARGUMENT ! join: expects at most 1 argument",
                "v.a | default                 ! WRONG_ARGUMENT ! default: requires the default value",
                "v.a | default(x)              ! WRONG_ARGUMENT ! put text in quotes",
                "v.a | default((x)             ! SYNTAX         ! missing closing parenthesis",
                "v.a | default(())             ! SYNTAX         ! the pill is empty",
                "v.a | default((x | uper))     ! UNKNOWN_FILTER ! did you mean \"upper\"?",
                "v.a | default((x y))          ! SYNTAX         ! expected | before a filter",
                "v.a | join((v.b))             ! WRONG_ARGUMENT ! join: requires, in quotes",
                "v.a | map((v.b), 'x')         ! WRONG_ARGUMENT ! map: requires values",
                "v.a | default('x', nul)       ! WRONG_ARGUMENT ! the last argument can be null",
                "v.a | omit(1)                 ! WRONG_ARGUMENT ! the last argument can be null",
                "v.a | split                   ! WRONG_ARGUMENT ! split: requires, in quotes, the text between",
                "v.a | split('')               ! WRONG_ARGUMENT ! split: requires text between the parts",
                "v.a | split(',', 2)           ! WRONG_ARGUMENT ! split",
                "v.a | pluck                   ! WRONG_ARGUMENT ! pluck: requires the path",
                "v.a | date                    ! WRONG_ARGUMENT ! date: requires, in quotes, a pattern",
                "v.a | date('bogus')           ! WRONG_ARGUMENT ! is not a date pattern",
                "v.a | date('pnull')           ! WRONG_ARGUMENT ! is not a date pattern",
                "v.a | iso('Europe/Berln')     ! WRONG_ARGUMENT ! is not a time zone: did you mean \"Europe/Berlin\"?",
                "v.a |                         ! SYNTAX         ! the name of a filter is missing at character 6",
                "v.a | trim upper              ! SYNTAX         ! expected | before a filter, at character 12",
                "v.a | join(',                 ! SYNTAX         ! is not closed",
                "v.a | join(','                ! SYNTAX         ! missing closing parenthesis",
                "v.a | join()                  ! SYNTAX         ! an argument is missing",
                "v.a | default(1x)             ! SYNTAX         ! 1x is not a number",
                "v.a[                          ! SYNTAX         ! invalid syntax at character 4",
                "v.a[*                         ! SYNTAX         ! invalid syntax at character 4",
                "v.a['x'                       ! SYNTAX         ! missing closing bracket",
                "v..a                          ! SYNTAX         ! invalid syntax at character 3"
            })
    void expressionThatIsWrong(String expression, TemplateProblem.Code code, String message) {
        InvalidTemplateException e = catchThrowableOfType(
                InvalidTemplateException.class,
                () -> RequestTemplate.named("T")
                        .post("/")
                        .json("{\n \"a\": {{" + expression + "}}}")
                        .build());

        TemplateProblem problem = e.details().get(0);
        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.message()).contains(message);
        assertThat(problem.line()).isEqualTo(2);
        assertThat(problem.column()).isEqualTo(7);
    }

    static List<Filters.FilterDefinition> builtIn() {
        return Filters.BUILT_IN;
    }

    /** Each filter, for each of the values and argument lists: a value of the declared type, or a problem with the pill. */
    @ParameterizedTest
    @MethodSource("builtIn")
    void filterReturnsItsTypeOrRejectsTheValue(Filters.FilterDefinition filter) throws IOException {
        List<String> arguments = List.of(
                "",
                "(', ')",
                "('=', '&')",
                "(sku)",
                "('PT1H')",
                "('.')",
                "(1)",
                "(null)",
                "('yyyy')",
                "('yyyy', 'UTC')",
                "('UTC', millis)",
                "(seconds)",
                "(1, 2, 3)");
        boolean hasResult = false;
        for (String value : VALUES.keySet()) {
            for (String list : arguments) {
                try {
                    JsonNode result = new ObjectMapper().readTree(render("v." + value + " | " + filter.name() + list));
                    hasResult |= !result.path(0).isNull();
                    assertThat(result).hasSize(1);
                    assertThat(ValueType.of(result.get(0)))
                            .matches(type -> filter.resultType() == ValueType.ANY
                                    || type == filter.resultType()
                                    || result.get(0).isNull());
                } catch (InvalidTemplateException e) {
                    assertThat(e.details()).extracting(TemplateProblem::pill).doesNotContainNull();
                } catch (RenderException e) {
                    assertThat(e.details()).extracting(TemplateProblem::pill).doesNotContainNull();
                }
            }
        }
        // The filter path is only accepted in a URL.
        assertThat(hasResult || filter.keepsSlashes()).isTrue();
    }

    @Test
    void documentationHasARowForEachFilterAndForNothingElse() throws IOException {
        List<String> documented = Files.readString(Path.of("../docs/templates.md"))
                .lines()
                .dropWhile(line -> !line.startsWith("| Filter |"))
                .takeWhile(line -> !line.startsWith("### Custom"))
                .filter(line -> line.startsWith("| `"))
                .flatMap(line -> Pattern.compile("`(\\w+)(?:\\([^`]*\\))?`")
                        .matcher(line.split("\\|", -1)[1])
                        .results())
                .map(name -> name.group(1))
                .distinct()
                .toList();

        assertThat(documented).containsExactlyInAnyOrderElementsOf(Filters.names());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "v.millis | iso(millis, 'Europe/Berlin') ! iso('Europe/Berlin', millis)",
                "v.millis | date(millis, 'HH:mm')         ! date('HH:mm', millis)"
            })
    void unitOfANumberMayBeAnyArgument(String expression, String same) {
        assertThat(render(expression)).isEqualTo(render("v.millis | " + same));
    }

    @Test
    void filtersOfTheApplication() {
        RequestTemplate template = RequestTemplate.named("T")
                .filter(
                        "times",
                        (value, arguments) ->
                                value.intValue() * arguments.get(0).intValue())
                .filter("swap", FilterTest::swap)
                .get("/{{v.int | times(3)}}")
                .query("q", "{{v.text | trim | swap | lower}}")
                .build();

        assertThat(template.render("v", VALUES).uri()).hasToString("/750?q=%C3%BCn%C3%AF%20c%C3%B6de-swapped");
        RenderException e = catchThrowableOfType(
                RenderException.class, () -> template.render("v", Map.of("int", 1, "text", "s3cret?")));
        assertThat(e)
                .hasMessageContaining("is rejected by the filter swap (IllegalArgumentException)")
                .hasMessageNotContaining("s3cret");
        InvalidTemplateException wrong = catchThrowableOfType(
                InvalidTemplateException.class,
                () -> RequestTemplate.named("T")
                        .filter("upper", (value, arguments) -> "")
                        .filter("a b", (value, arguments) -> "")
                        .get("/")
                        .build());
        assertThat(wrong.problems())
                .containsExactly(
                        "filter: the filter \"upper\" already exists",
                        "filter: \"a b\" is not a valid filter name: use letters and digits");
    }

    private static Object swap(JsonNode value, List<JsonNode> arguments) {
        if (value.textValue().contains("?")) {
            throw new IllegalArgumentException("can't swap " + value);
        }
        return List.of(value.textValue().toLowerCase(Locale.ROOT) + "-swapped").get(0);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
        v.n | plus(2) => 7
        v.n | prepend('no. ') | append('!') => "no. 5!"
        v.n | append(v.two) => "52"
        v.n | prepend((v.two | plus(1))) => "35"
        v.nothing | append('x') | default('none') => "none"
        v.n | minus(v.two) => 3
        v.n | plus('0.5') => 5.5
        v.time | plus('P1M') => "2026-02-28T12:00:00Z"
        v.time | minus('PT90M') => "2026-01-31T10:30:00Z"
        v.time | minus('P1D') | date('yyyy', 'UTC') => "2026"
        v.n | equals(5) => true
        v.n | equals('5.0') => true
        v.n | equals(1, v.two) => false
        v.n | equals(1, v.two, v.n) => true
        v.text | equals('a=1&b=2') => true
        v.n | greaterThan(v.two) => true
        v.n | lessThan(5) => false
        v.time | greaterThan('2026-01-31T12:30:00+01:00') => true
        v.text | lessThan('b') => true
        v.text | contains('b=') => true
        v.list | contains(v.two) => true
        v.list | contains('3') | not => true
        v.text | match('b=([0-9]+)') => "2"
        v.text | match('[0-9]') | number | plus(1) => 2
        v.text | match('c=.*') | default('none') => "none"
        v.n | equals(v.nothing) | default(false) => false
        v.n | map(5, 'five', 'other') => "five"
        v.n | map('4', 'four', '5.0', 'five') => "five"
        v.n | map(4, 'four', 'other') => "other"
        v.n | map(4, 'four') | default('none') => "none"
        v.nothing | default('', null) | map('', 'no', 'yes') => "no"
        v.text | equals('b') | map(true, 1, 2) => 2
        v.nothing | default((v.n)) => 5
        v.nothing | default((v.time | minus('P1D') | date('yyyy-MM-dd', 'UTC'))) => "2026-01-30"
        v.nothing | default((v.none), null) | default('none') => "none"
        v.nothing | default((v.none | default((v.two | plus(1))))) => 3
        v.n | map(5, (v.text | match('b=([0-9]+)')), 'other') => "2"
        v.n | map(4, (v.time | number), (v.two)) => 2
        v.n | lessThan( (v.two | plus(4)) ) => true
        v.n | equals(1, (v.two | plus(3))) => true
        v.n | plus((v.two | plus(v.two))) => 9
        v.n | equals(5) | map(true, (v.text | contains('a=')), false) => true
        """)
    void valuesAreComparedCalculatedAndSearched(String pill, String expected) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode values = mapper.readTree("{\"n\": 5, \"two\": 2, \"time\": \"2026-01-31T12:00:00Z\","
                + " \"text\": \"a=1&b=2\", \"list\": [1, 2]}");

        RequestTemplate template =
                RequestTemplate.named("T").post("/").json("[{{" + pill + "}}]").build();

        byte[] body = template.render("v", values).body().orElseThrow().toBytes();
        assertThat(mapper.readTree(body).get(0)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"map", "map('a')", "map('a', v.b)"})
    void replacementsAreLiterals(String filter) {
        InvalidTemplateException invalid = catchThrowableOfType(
                InvalidTemplateException.class,
                () -> RequestTemplate.named("T")
                        .get("/")
                        .query("a", "{{v.a | " + filter + "}}")
                        .build());

        assertThat(invalid)
                .hasMessageContaining("map: requires values with their replacements, such as map('EU', 'eu.'");
    }

    /** The path in an argument is a pill, too: it is known before a job runs. */
    @Test
    void pathInAnArgumentIsAPill() {
        RequestTemplate template = RequestTemplate.named("T")
                .get("/")
                .query("a", "{{x.n | plus(y.m)}}")
                .query("b", "{{x.n | equals(z.o) | default(false)}}")
                .build();

        assertThat(template.pills())
                .filteredOn(PillInfo::required)
                .extracting(PillInfo::path)
                .containsExactlyInAnyOrder("x.n", "y.m");
        assertThat(template.pills()).extracting(PillInfo::path).contains("z.o");
    }
}
