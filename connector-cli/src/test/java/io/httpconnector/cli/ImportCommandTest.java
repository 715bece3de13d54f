package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.definition.ConnectorDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code import}. Each document that it writes is loaded. */
class ImportCommandTest {

    private static final String PETS = """
            openapi: 3.0.3
            info: {title: Pet Store, version: 1.0.0}
            servers: [{url: "https://pets.example/v1"}]
            components:
              securitySchemes:
                apiKey: {type: apiKey, in: header, name: X-Api-Key}
                login:
                  type: oauth2
                  flows:
                    authorizationCode:
                      authorizationUrl: https://pets.example/authorize
                      tokenUrl: https://pets.example/token
                      scopes: {read: Read, write: Write}
                cert: {type: mutualTLS}
            security: [{apiKey: []}, {login: [read]}]
            paths:
              /pets:
                get: {operationId: listPets, summary: List all pets, parameters: [{in: query, name: limit}]}
                post:
                  operationId: createPet
                  requestBody: {content: {application/json: {example: {name: Rex, password: hush-1}}}}
              /pets/{petId}:
                get: {summary: A pet, parameters: [{in: path, name: petId, required: true}]}
            """;

    @TempDir
    private Path directory;

    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        connector.write("pets.yaml", PETS);
        connector.write(
                "shop.yaml", "# My shop\n" + CheckCommandTest.SHOP.replace("requests:", "# All\nrequests: # two"));
    }

    private ConnectorDefinition load(String file) {
        return ConnectorDefinition.load(directory.resolve(file));
    }

    @Test
    void filesBesideAnOpenApiDocumentAreRead() throws Exception {
        connector.write("pet.yaml", "type: object\nrequired: [name]\nproperties: {name: {const: Rex}}\n");
        connector.write(
                "split.yaml",
                PETS.replace("{example: {name: Rex, password: hush-1}}", "{schema: {$ref: ./pet.yaml}}")
                        .replace("{summary: A pet,", "{summary: A pet, requestBody: {$ref: '../body.yaml'},"));

        Result result = connector.run("import", "openapi", "split.yaml", "-o", "split.connector.yaml");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(load("split.connector.yaml")
                        .toJson()
                        .at("/requests/create-pet/body/json/name")
                        .asText())
                .isEqualTo("Rex");
        assertThat(result.err()).contains("the reference ../body.yaml is not resolved: the file ../body.yaml");
    }

    @Test
    void documentWithoutRequestsSaysWhy() {
        connector.write(
                "empty.yaml", "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {$ref: ./missing.yaml}\n");

        Result result = connector.run("import", "openapi", "empty.yaml", "-o", "empty.connector.yaml");

        assertThat(result.code()).isEqualTo(ExitCode.INVALID);
        assertThat(result.err())
                .contains("the file has no request that can be imported: ")
                .contains("the paths are not imported: the reference ./missing.yaml is not resolved");
    }

    @Test
    void openApiDocument() {
        Result result = connector.run("import", "openapi", "pets.yaml", "-o", "pets.connector.yaml");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).isEmpty();
        ConnectorDefinition pets = load("pets.connector.yaml");
        assertThat(pets).hasToString("pet-store 1.0.0");
        assertThat(pets.requests()).containsExactly("list-pets", "create-pet", "get-pets-pet-id");
        assertThat(pets.strategies()).containsExactly("api-key", "login");
        assertThat(pets.inputs("api-key").get(0).isSecret()).isTrue();
        JsonNode json = pets.toJson();
        assertThat(json.at("/connection/baseUrl").asText()).isEqualTo("https://pets.example");
        assertThat(json.at("/requests/get-pets-pet-id/url").asText()).isEqualTo("/v1/pets/{{input.petId}}");
        assertThat(json.at("/requests/list-pets/title").asText()).isEqualTo("List all pets");
        assertThat(json.at("/auth/login/scopes")).hasToString("[\"read\"]");
        assertThat(connector.read("pets.connector.yaml")).doesNotContain("hush-1");
        assertThat(result.err())
                .contains("remark: pets.yaml: listPets: optional parameters are left out: limit")
                .contains("security scheme \"cert\": its type \"mutualTLS\" is not imported")
                .contains("createPet: the JSON member /password is the pill {{connection.password}}")
                .doesNotContain("hush-1");
    }

    @Test
    void aliasesAndMergeKeysOfAnOpenApiDocument() {
        connector.write("alias.yaml", """
                openapi: 3.0.3
                info: {title: T, version: '1'}
                servers: [{url: https://x.example.com}]
                paths:
                  /a: &item
                    get: &op
                      operationId: a
                      parameters: [{in: query, name: page, required: true, example: 2}]
                  /b: {get: {<<: *op, operationId: b, summary: Second}}
                  /c: {post: *op}
                  /d: *item
                """);

        Result result = connector.run("import", "openapi", "alias.yaml", "--json");

        assertThat(result.code()).as(result.err()).isZero();
        JsonNode requests = tree(result.out()).at("/connectors/0/document/requests");
        assertThat(requests.properties().stream()
                        .map(one -> one.getKey() + " "
                                + one.getValue().path("method").asText() + " "
                                + one.getValue().path("url").asText()
                                + one.getValue().at("/query/0/value").asText()
                                + one.getValue().path("title").asText()))
                .containsExactly("a GET /a2", "b GET /b2Second", "a-2 POST /c2", "a-3 GET /d2");
    }

    @Test
    void aliasBombIsRefused() {
        StringBuilder bomb =
                new StringBuilder("openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {}\nx0: &x0 lol\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("x%d: &x%d [%s*x%d]\n".formatted(i, i, ("*x" + (i - 1) + ", ").repeat(9), i - 1));
        }
        connector.write("bomb.yaml", bomb.toString());
        connector.write("twice.yaml", PETS + "    put: {}\n    put: {operationId: x}\n");

        Result result = connector.run("import", "openapi", "bomb.yaml");
        Result twice = connector.run("import", "openapi", "twice.yaml");

        assertThat(result.code()).isEqualTo(ExitCode.INVALID);
        assertThat(result.err()).contains("its aliases expand to more than");
        assertThat(twice.code()).isEqualTo(ExitCode.INVALID);
        assertThat(twice.err()).contains("the key \"put\" appears twice");
    }

    @Test
    void existingFileIsReplacedOnRequestOnly() {
        connector.write("out.yaml", "precious");

        Result refused = connector.run("import", "openapi", "pets.yaml", "-o", "out.yaml");

        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("out.yaml exists: use --overwrite");
        assertThat(connector.read("out.yaml")).isEqualTo("precious");
        assertThat(connector
                        .run("import", "openapi", "pets.yaml", "-o", "out.yaml", "--overwrite")
                        .code())
                .isZero();
    }

    @Test
    void requestIsAddedAndCommentsAreKept() {
        String before = connector.read("shop.yaml");

        Result result = connector.run(
                "import", "openapi", "pets.yaml", "--operation", "listPets", "--into", "shop.yaml", "--as", "pets");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err()).contains("shop.yaml: added pets");
        assertThat(load("shop.yaml").requests()).containsExactly("pets", "get-order", "list-orders");
        assertThat(connector.read("shop.yaml").lines())
                .containsAll(before.lines().toList());
        assertThat(directory.resolve("shop.yaml.bak")).doesNotExist();
    }

    @Test
    void documentThatIsWrittenAnewHasABackup() throws Exception {
        String flow = "# A comment\n{connector: 1, id: shop, version: 1.0.0, title: Shop,"
                + " connection: {baseUrl: https://shop.example}}\n";
        connector.write("flow.yaml", flow);

        Result result =
                connector.run("import", "openapi", "pets.yaml", "--operation=GET /pets/{petId}", "--into=flow.yaml");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err()).contains("The former file is flow.yaml.bak: the new one has no comments");
        assertThat(Files.readString(directory.resolve("flow.yaml.bak"))).isEqualTo(flow);
        assertThat(load("flow.yaml").requests()).containsExactly("get-pets-pet-id");
    }

    @Test
    void existingRequestIsNotReplaced() {
        String before = connector.read("shop.yaml");

        Result result = connector.run(
                "import", "openapi", "pets.yaml", "--operation=listPets", "--into=shop.yaml", "--as=get-order");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("has a request \"get-order\": choose another name by --as");
        assertThat(connector.read("shop.yaml")).isEqualTo(before);
    }

    @Test
    void credentialsOfACurlCommandBecomeSecretInputs() {
        String command =
                "curl -H 'Authorization: Bearer hush-bearer-token-1' -H 'X-Trace: on' -H 'Referer: https://other.example/'"
                        + " 'https://ann:hush-2@shop.example/v2/orders?api_key=hush3hush3hush3hush3&page=2'";

        Result result = connector.runWithInput(command, "import", "curl", "-", "--id=shop", "--as=list-orders");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out() + result.err()).doesNotContain("hush");
        ConnectorDefinition shop = ConnectorDefinition.parse(result.out());
        assertThat(shop.toJson().at("/connection/baseUrl").asText()).isEqualTo("https://shop.example");
        assertThat(shop.secrets("key")).containsExactly("apiKey", "authorization");
        assertThat(shop.toJson().at("/requests/list-orders/url").asText()).isEqualTo("/v2/orders");
        assertThat(result.err())
                .contains("the header Authorization is left out", "the query parameter api_key is left out");
    }

    @Test
    void basicCredentialsOfACurlCommand() {
        Result result = connector.runWithInput("curl -u ann:hush-1 https://shop.example/me", "import", "curl", "-");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(ConnectorDefinition.parse(result.out()).secrets("basic")).containsExactly("password");
        assertThat(result.out()).doesNotContain("hush-1");
    }

    @Test
    void keyAsUserOfACurlCommand() {
        Result result = connector.runWithInput(
                "curl -u hush-1: https://shop.example/me -H 'Referer: https://other.example/'", "import", "curl", "-");

        assertThat(result.code()).as(result.err()).isZero();
        ConnectorDefinition shop = ConnectorDefinition.parse(result.out());
        assertThat(shop.secrets("basic")).containsExactly("key");
        assertThat(shop.toJson().at("/connection/baseUrl").asText()).isEqualTo("https://shop.example");
        assertThat(shop.toJson().at("/auth/basic/user").asText()).isEqualTo("{{auth.key}}");
        assertThat(shop.toJson().at("/auth/basic/password").asText("none")).isEmpty();
        assertThat(result.err()).contains("its user is a key, without a password");
        assertThat(result.out() + result.err()).doesNotContain("hush-1");
    }

    @Test
    void postmanCollection() {
        connector.write("shop.json", """
                {"info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
                 "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "hush-1"}]},
                 "variable": [{"key": "host", "value": "https://shop.example"}],
                 "item": [
                   {"name": "Orders", "item": [{"name": "Get order", "request": {"method": "GET", "url": "{{host}}/orders/:id"}}]},
                   {"name": "Notes"}]}
                """);

        Result result = connector.run("import", "postman", "shop.json", "--item", "Get order", "--json");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).doesNotContain("hush-1");
        JsonNode json = tree(result.out());
        assertThat(json.at("/connectors/0/document/requests/get-order/url").asText())
                .isEqualTo("/orders/{{input.id}}");
        assertThat(json.at("/connectors/0/document/connection/baseUrl").asText())
                .isEqualTo("https://shop.example");
        assertThat(json.at("/connectors/0/document/auth/bearer/fields/0/secret").asBoolean())
                .isTrue();
        assertThat(json.at("/remarks/0/message").asText()).contains("\"Notes\" is not imported");
        assertThat(connector
                        .run("import", "postman", "shop.json", "--item", "Get ordr")
                        .err())
                .contains("did you mean \"Get order\"?");
    }

    private static JsonNode tree(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void archiveWithSeveralHosts() {
        connector.write("all.har", """
                {"log": {"entries": [
                  {"request": {"method": "GET", "url": "https://a.example/x", "headers": [{"name": "Cookie", "value": "s=hush-1"}]}},
                  {"request": {"method": "GET", "url": "https://b.example/y"}}]}}
                """);

        Result result = connector.run("import", "har", "all.har");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).doesNotContain("hush-1");
        assertThat(result.err()).contains("several hosts: https://a.example, https://b.example");
        assertThat(ConnectorDefinition.parse(result.out()).requests()).containsExactly("get-x", "get-y");
    }

    @Test
    void providersOfNango() {
        connector.write("providers.yaml", """
                shop:
                  display_name: Shop
                  categories: [e-commerce]
                  auth_mode: API_KEY
                  proxy: {base_url: "https://shop.example", headers: {x-api-key: "${apiKey}"}}
                store:
                  display_name: Store
                  auth_mode: BASIC
                  proxy: {base_url: "https://store.example"}
                """);

        Result one = connector.run("import", "nango", "providers.yaml", "--provider=shop");
        Result all = connector.run("import", "nango", "providers.yaml", "-o", ".");
        Result none = connector.run("import", "nango", "providers.yaml");
        Result created = connector.run("import", "nango", "providers.yaml", "-o", "new/connectors/");
        Result file = connector.run("import", "nango", "providers.yaml", "-o", "all.yaml");

        assertThat(one.code()).as(one.err()).isZero();
        assertThat(ConnectorDefinition.parse(one.out()).id()).isEqualTo("shop");
        assertThat(one.err()).contains("remark: providers.yaml: /shop/categories (line 3): ignored: ");
        assertThat(all.code()).as(all.err()).isZero();
        assertThat(load("store.connector.yaml").title()).isEqualTo("Store");
        assertThat(none.code()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err()).contains("the file has 2 connectors: choose one by --provider");
        assertThat(created.err()).contains("wrote new/connectors/");
        assertThat(file.err()).contains("choose one by --provider, or name a directory by -o");
    }

    @Test
    void manifestOfAirbyte() {
        connector.write("manifest.yaml", """
                version: 4.0.0
                type: DeclarativeSource
                streams:
                  - type: DeclarativeStream
                    name: orders
                    primary_key: [id]
                    retriever:
                      type: SimpleRetriever
                      requester: {type: HttpRequester, url_base: "https://shop.example", path: /orders, http_method: GET}
                      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [orders]}}
                """);

        Result result = connector.run("import", "airbyte", "manifest.yaml", "--id=shop");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(ConnectorDefinition.parse(result.out()).requests()).containsExactly("orders");
    }

    @Test
    void incorrectUse() {
        assertThat(connector
                        .run("import", "openapi", "pets.yaml", "--provider=x")
                        .err())
                .contains("--provider is for another format: use --operation");
        assertThat(connector.run("import", "openapi", "pets.yaml", "--as=x").err())
                .contains("--as names one request, but there are 3: choose one by --operation");
        assertThat(connector
                        .run("import", "openapi", "pets.yaml", "--operation=listPet")
                        .err())
                .contains("did you mean \"listPets\"?");
        assertThat(connector
                        .run("import", "nango", "pets.yaml", "--into=shop.yaml")
                        .code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(connector.run("import", "openapi", "none.yaml").err()).contains("there is no such file");
        assertThat(connector.run("import", "openapi", "shop.yaml").code()).isEqualTo(ExitCode.INVALID);
        assertThat(connector.run("import", "insomnia", "pets.yaml").code()).isEqualTo(ExitCode.USAGE);
    }
}
