package io.httpconnector.wizard;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class WizardTest {

    private static final String TOKEN = "s3cret-token-4711";

    private static final String VENUE = """
            {"venue": {"name": "Madison Square Garden", "address": {"address_1": "4 Pennsylvania Plaza",
             "city": "New York City", "region": "", "postal_code": "10001", "country": "%s"}}}""";

    private static final Recommendation CREATE =
            new Recommendation("Create a venue", 0, "", "test", (ObjectNode) JsonSupport.parse("""
                    {"method": "POST", "url": "/v3/venues/", "headers": [{"name": "Accept", "value": "application/json"}],
                     "body": {"json": {"venue": {"name": "Name"}}}}"""), List.of());

    private static final Recommendation READ =
            new Recommendation("Read a venue", 0, "", "test", (ObjectNode) JsonSupport.parse("""
                    {"method": "GET", "url": "/v3/venues/{{venue.id}}/"}"""), List.of());

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @TempDir
    private Path dir;

    private HttpConnection connection;
    private RequestWizard wizard;

    @BeforeEach
    void connect() {
        connection = HttpConnection.named("Eventbrite")
                .baseUrl(service.baseUrl())
                .auth(request -> request.header("Authorization", "Bearer " + TOKEN))
                .retry(RetryPolicy.none())
                .build();
        wizard = RequestWizard.of(connection).with(() -> List.of(READ, CREATE));
        service.stubFor(any(anyUrl())
                .willReturn(jsonResponse(
                        "{\"error\":\"ARGUMENTS_ERROR\",\"error_description\":\"venue.address.country - Country"
                                + " must be a valid ISO 3166-1 alpha-2 country code\"}",
                        400)));
        service.stubFor(post(urlEqualTo("/v3/venues/"))
                .withRequestBody(matchingJsonPath("$.venue.address.country", equalTo("US")))
                .willReturn(okJson("""
                        {"id": "4711", "name": "Madison Square Garden", "capacity": 20789, "rating": 4.5, "resource_uri": "https://e.com/4711",
                         "created": "2026-11-24T10:00:00Z", "access_token": "not-for-files",
                         "address": {"city": "New York City", "latitude": null}, "tags": [{"id": 1}, {"id": 2, "label": "x"}]}""").withHeader("Date", "now")));
    }

    @AfterEach
    void close() {
        connection.close();
    }

    private SampleExchange created() {
        return wizard.post("/v3/venues/").json(VENUE.formatted("US")).send();
    }

    @Test
    void fromAUrlToASavedRequest() throws IOException {
        RequestDraft draft = wizard.post(service.baseUrl() + "/v3/venues/");
        List<Recommendation> known = draft.recommend();
        SampleExchange refused =
                draft.use(known.get(0)).json(VENUE.formatted("USA")).send();

        assertThat(known).extracting(Recommendation::title).containsExactly("Create a venue", "Read a venue");
        assertThat(known.get(0))
                .returns(1.0, Recommendation::score)
                .returns("same method, same path", Recommendation::reason);
        assertThat(refused.status()).hasValue(400);
        assertThat(refused.body()).contains("Country must be a valid ISO 3166-1 alpha-2 country code");
        assertThat(refused.json().at("/error").asText()).isEqualTo("ARGUMENTS_ERROR");
        assertThat(refused.failure().orElseThrow()).hasMessageContaining("400");
        assertThat(refused.exchange().attempts()).isEqualTo(1);
        assertThat(refused.exchange().requestBody()).contains("\"country\":\"USA\"");
        assertThat(refused.exchange().requestHeaders().first("Authorization")).hasValue("***");
        assertThatThrownBy(refused::review)
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the sample was not accepted")
                .hasMessageContaining("correct the draft and send it again");

        SampleExchange sample = refused.draft().json(VENUE.formatted("US")).send();
        assertThat(sample.status()).hasValue(200);
        assertThat(sample.failure()).isEmpty();
        SavedRequest saved = sample.pill("/venue/name", "account.Name")
                .pill("/venue/address/city", "account.BillingCity | trim")
                .pill("/venue/address/country", "account.BillingCountry")
                .apply("Create venue");
        Path file = dir.resolve("create-venue.json");
        saved.save(file);

        Response response = SavedRequest.load(file)
                .send(
                        connection,
                        Pills.of("account", Map.of("Name", "Hall", "BillingCity", " Rome ", "BillingCountry", "US")));

        assertThat(response.json().at("/id").asText()).isEqualTo("4711");
        assertThat(service.findAll(anyRequestedFor(anyUrl())))
                .last()
                .returns("""
                        {"venue":{"name":"Hall","address":{"address_1":"4 Pennsylvania Plaza","city":"Rome","region":"","postal_code":"10001","country":"US"}}}""", request -> request.getBodyAsString())
                .returns("application/json", request -> request.getHeader("Accept"))
                .returns("Bearer " + TOKEN, request -> request.getHeader("Authorization"));
        assertThat(Files.readString(file))
                .doesNotContain(TOKEN)
                .doesNotContain("not-for-files")
                .doesNotContain("now");
        assertThat(dir).isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    void fileIsTheSameWhenNothingHasChanged() {
        String first =
                created().pill("/venue/name", "a.Name").apply("Create venue").toText();
        String second =
                created().pill("/venue/name", "a.Name").apply("Create venue").toText();
        SavedRequest read = SavedRequest.fromJson(JsonSupport.parse(first), Map.of());

        assertThat(second).isEqualTo(first);
        assertThat(read.toText()).isEqualTo(first);
        assertThat(first).startsWith("""
                {
                  "format" : "http-connector/saved-request",
                  "version" : 1,
                  "request" : {
                    "name" : "Create venue",
                    "method" : "POST",
                    "url" : "/v3/venues/",
                """);
    }

    @Test
    void saysWhatTheAnswerLooksLike() {
        SavedRequest saved = created().review().apply("Create venue");

        assertThat(saved.schema("2xx")).isEqualTo(JsonSupport.parse("""
                {"type": "object",
                 "properties": {
                   "access_token": {"type": "string"},
                   "address": {"type": "object", "properties": {"city": {"type": "string"}, "latitude": {"type": "null"}}, "required": ["city", "latitude"]},
                   "capacity": {"type": "integer"}, "created": {"type": "string", "format": "date-time"}, "id": {"type": "string"},
                   "name": {"type": "string"}, "rating": {"type": "number"}, "resource_uri": {"type": "string", "format": "uri"},
                   "tags": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}, "label": {"type": "string"}}, "required": ["id"]}}},
                 "required": ["access_token", "address", "capacity", "created", "id", "name", "rating", "resource_uri", "tags"]}"""));
        assertThat(saved.outputs())
                .contains(
                        new OutputPill("address.city", "text", "Address City"),
                        new OutputPill("capacity", "number", "Capacity"),
                        new OutputPill("tags", "list", "Tags"),
                        new OutputPill("tags[*].label", "text", "Tags Label"));
        assertThat(saved.schema("4xx")).isEmpty();
    }

    @Test
    void answerThatHasChangedIsReported() {
        SavedRequest saved = created().review().apply("Create venue");
        assertThat(saved.drift(connection.send(Request.post("/v3/venues/").json(VENUE.formatted("US"))), List.of()))
                .isEmpty();
        service.stubFor(any(anyUrl()).willReturn(okJson("""
                {"id": 4711, "name": "x", "capacity": "many", "rating": 5, "resource_uri": "https://e.com/4711", "created": "2026-11-24T10:00:00Z",
                 "access_token": "t", "address": {"city": "NY", "latitude": null, "zone": "EST"}, "tags": [{"label": "a"}, {"label": "b"}]}""")));

        List<SchemaDifference> drifts =
                saved.drift(connection.send(Request.get("/")), List.of("id", "tags[0].id", "address.city"));

        assertThat(drifts)
                .containsExactlyInAnyOrder(
                        new SchemaDifference(SchemaDifference.Severity.ERROR, "/id", "is integer, but was string"),
                        new SchemaDifference(
                                SchemaDifference.Severity.WARNING, "/capacity", "is string, but was integer"),
                        new SchemaDifference(SchemaDifference.Severity.INFORMATION, "/address/zone", "is new"),
                        new SchemaDifference(SchemaDifference.Severity.ERROR, "/tags/0/id", "is missing"));
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        assertThat(saved.drift(connection.send(Request.get("/")), List.of("address.city")))
                .contains(
                        new SchemaDifference(SchemaDifference.Severity.ERROR, "/address", "is missing"),
                        new SchemaDifference(SchemaDifference.Severity.WARNING, "/id", "is missing"));
    }

    @Test
    void pillsInEveryPlace() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        RequestReview review = wizard.post("/orgs/77/venues?limit=5&x=77")
                .query("q", "a")
                .header("X-Trace", "1")
                .body(JsonSupport.parse("{\"form\": [{\"name\": \"f\", \"value\": \"v\"}]}"))
                .send()
                .review();

        SavedRequest saved = review.urlPill("5", "job.limit")
                .queryPill("q", "job.q | upper")
                .headerPill("X-Trace", "job.id")
                .fieldPill("f", "job.f")
                .apply("All");

        Request request = saved.template().render("job", Map.of("limit", 9, "q", "z", "id", 3, "f", "&"));
        assertThat(request.uri()).hasToString("/orgs/77/venues?limit=9&x=77&q=Z");
        assertThat(request.header("X-Trace")).hasValue("3");
        assertThat(request.body().orElseThrow().toBytes()).asString().isEqualTo("f=%26");
        assertThatThrownBy(() -> review.urlPill("77", "x")).hasMessageContaining("the URL has more than one \"77\"");
        assertThatThrownBy(() -> review.urlPill("7", "x"))
                .hasMessageContaining("the URL has no \"7\" as a segment or value");
        assertThatThrownBy(() -> review.queryPill("z", "x")).hasMessageContaining("there is no query \"z\"");
        assertThatThrownBy(() -> review.pill("/a", "x")).hasMessageContaining("the JSON body has no value at \"/a\"");
        assertThatThrownBy(() -> review.pill("a", "x")).hasMessageContaining("is not a JSON Pointer");
        assertThatThrownBy(() -> review.queryPill("q", "x | uper").apply("T"))
                .hasMessageContaining("unknown filter \"uper\": did you mean \"upper\"?");
    }

    @Test
    void severalSamplesSayWhatIsOptional() {
        service.stubFor(any(anyUrl()).willReturn(okJson("[{\"a\": 1, \"b\": null, \"when\": \"2026-01-02\"}]")));
        SampleExchange one = wizard.get("/").send();
        service.stubFor(any(anyUrl())
                .willReturn(okJson("[{\"a\": 1.5, \"b\": \"x\", \"when\": \"2026-02-28\"}, {\"b\": \"y\","
                        + " \"when\": \"2026-01-03\"}]")));
        SampleExchange two = wizard.get("/").send();
        service.stubFor(any(anyUrl()).willReturn(jsonResponse("{\"error\": \"no\"}", 404)));
        SampleExchange none = wizard.get("/").send();
        service.stubFor(any(anyUrl()).willReturn(ok("plain")));
        SampleExchange plain = wizard.get("/").send();

        SavedRequest saved =
                one.review().withSample(two).withSample(none).withSample(plain).apply("List");

        assertThat(saved.schema("2xx")).isEqualTo(JsonSupport.parse("""
                {"type": "array", "items": {"type": "object", "properties": {
                  "a": {"type": "number"}, "b": {"type": ["null", "string"]}, "when": {"type": "string", "format": "date"}},
                 "required": ["b", "when"]}}"""));
        assertThat(saved.schema("4xx"))
                .isEqualTo(
                        JsonSupport.parse("{\"type\": \"object\", \"properties\": {\"error\": {\"type\": \"string\"}},"
                                + " \"required\": [\"error\"]}"));
        assertThat(plain.json().isMissingNode()).isTrue();
        assertThat(plain.body()).isEqualTo("plain");
    }

    @Test
    void objectWhoseNamesAreIdsIsAMap() {
        service.stubFor(any(anyUrl()).willReturn(okJson("""
                {"byId": {"17": {"n": 1}, "18": {"n": 2, "m": 0}},
                 "byUuid": {"6f1f1e6e-8a3b-4a39-9a5b-0a1b2c3d4e5f": true}, "plain": {"x1": 1}, "empty": {}}""")));

        assertThat(wizard.get("/").send().review().apply("Maps").schema("2xx").path("properties"))
                .isEqualTo(JsonSupport.parse("""
                {"byId": {"type": "object", "additionalProperties": {"type": "object", "properties": {"m": {"type": "integer"}, "n": {"type": "integer"}}, "required": ["n"]}},
                 "byUuid": {"type": "object", "additionalProperties": {"type": "boolean"}},
                 "empty": {"type": "object", "properties": {}},
                 "plain": {"type": "object", "properties": {"x1": {"type": "integer"}}, "required": ["x1"]}}"""));
    }

    @Test
    void failureIsAResultToLookAt() {
        service.stubFor(any(anyUrl()).willReturn(serverError()));
        SampleExchange broken = wizard.get("/").send();
        connection.close();
        try (HttpConnection nowhere = HttpConnection.named("Nowhere")
                .baseUrl("http://localhost:1")
                .retry(RetryPolicy.none())
                .connectTimeout(Duration.ofSeconds(2))
                .build()) {
            SampleExchange unanswered = RequestWizard.of(nowhere).get("/x").send();

            assertThat(unanswered.status()).isEmpty();
            assertThat(unanswered.failure().orElseThrow()).isInstanceOf(ConnectorException.class);
            assertThat(unanswered.exchange().url()).endsWith("/x");
        }
        assertThat(broken.status()).hasValue(500);
        assertThatThrownBy(() -> wizard.get("/a b").send())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("is not allowed in a URL");
        assertThatThrownBy(() -> wizard.post("/").json("{").send()).isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void credentialsComeIntoNoFile() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{\"sessionToken\": \"t0ken\"}")));

        assertThatThrownBy(() -> wizard.get("/").header("Authorization", "Bearer x"))
                .hasMessageContaining("credentials belong to the connection");
        SampleExchange sample =
                wizard.get("/?api_key=k3y&x=1").query("access_token", "t").send();
        InvalidDefinitionException e = catchThrowableOfType(
                InvalidDefinitionException.class, () -> sample.review().apply("T"));
        assertThat(e.problems())
                .hasSize(2)
                .allMatch(problem -> problem.contains("credentials belong to the connection"));
        String text = sample.review()
                .urlPill("k3y", "job.key")
                .queryPill("access_token", "job.token")
                .apply("T")
                .toText();
        assertThat(text).doesNotContain("k3y").doesNotContain("t0ken").contains("api_key=***&x=1&access_token=***");
    }

    @Test
    void credentialOfAPillIsSentAndNotShown() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{\"echo\": \"k-12345678\"}")));

        SampleExchange sample = wizard.get("/")
                .header("X-Api-Key", "{{job.key}}")
                .sampleValues(Pills.of("job", Map.of("key", "k-12345678")))
                .send();

        assertThat(service.findAll(anyRequestedFor(anyUrl())).get(0).getHeader("X-Api-Key"))
                .isEqualTo("k-12345678");
        assertThat(sample.exchange().asCurl() + sample.body() + sample.json()).doesNotContain("k-12345678");
        assertThat(sample.review().apply("T").toText())
                .doesNotContain("k-12345678")
                .contains("{{job.key}}");
    }

    @Test
    void secretThatTheServiceEchoesIsNotShown() {
        service.stubFor(
                any(anyUrl()).willReturn(okJson("{\"headers\": {\"Authorization\": \"Bearer " + TOKEN + "\"}}")));

        SampleExchange sample = wizard.get("/anything").send();

        assertThat(sample.json().at("/headers/Authorization").asText()).isEqualTo("***");
        assertThat(sample.body()).doesNotContain(TOKEN);
        assertThat(sample.review().apply("T").toText()).doesNotContain(TOKEN);
    }

    @Test
    void nullIsRefusedWithASentence() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        RequestDraft draft = wizard.get("/");
        RequestReview review = draft.json("{}").send().review();

        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> RequestWizard.of(null),
                () -> wizard.with(null),
                () -> wizard.get(null),
                () -> wizard.draft(null),
                () -> draft.query(null, "v"),
                () -> draft.query("n", null),
                () -> draft.header(null, "v"),
                () -> draft.header("n", null),
                () -> draft.json(null),
                () -> draft.body(null),
                () -> draft.use(null),
                () -> draft.sampleValues(null),
                () -> review.pill(null, "x"),
                () -> review.pill("", null),
                () -> review.urlPill(null, "x"),
                () -> review.withSample(null),
                () -> review.apply(null),
                () -> RecommendationSources.curl(null),
                () -> RecommendationSources.openApi(null),
                () -> RecommendationSources.har(null),
                () -> RecommendationSources.postman(null),
                () -> RecommendationSources.saved(null),
                () -> SavedRequest.fromJson(null, Map.of()))) {
            assertThatThrownBy(call)
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("it is null");
        }
    }

    @Test
    void fileThatCanNotBeWrittenLeavesNothingBehind() throws IOException {
        SavedRequest saved = created().review().apply("T");
        Path occupied = Files.createDirectories(dir.resolve("occupied.json").resolve("full"));

        assertThatThrownBy(() -> saved.save(dir.resolve("none/x.json")))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("could not be written");
        assertThatThrownBy(() -> saved.save(occupied.getParent())).isInstanceOf(ConnectorException.class);
        assertThat(dir).isDirectoryNotContaining(file -> file.toString().endsWith(".part"));
    }

    @Test
    void fileOfALaterVersionIsRefused() throws IOException {
        Path file = dir.resolve("later.json");
        Files.writeString(file, created().review().apply("T").toText().replace("\"version\" : 1", "\"version\" : 2"));

        assertThatThrownBy(() -> SavedRequest.load(file))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(
                        "it has version 2, but this library supports versions up to 1: use a later version");
        Files.writeString(file, "{}");
        assertThatThrownBy(() -> SavedRequest.load(file)).hasMessageContaining("\"format\" must be");
        assertThatThrownBy(() -> SavedRequest.load(dir.resolve("none")))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("could not be read");
    }
}
