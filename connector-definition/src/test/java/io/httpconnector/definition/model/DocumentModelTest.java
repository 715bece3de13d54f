package io.httpconnector.definition.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.model.ObjectModel.Exclusive;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.MemberObserver.Arrangement;
import io.httpconnector.internal.json.MemberObserver.ValueType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Verifies the model that is derived from a reader, and that its schema accepts and rejects the same documents. */
class DocumentModelTest {

    private static final DocumentModel MODEL = DocumentModel.of(DocumentModelTest::parse);

    private static void parse(JsonNode json) {
        String unused = JsonObjectReader.read("order", json, DocumentModelTest::readOrder);
    }

    /** A document with each kind of member, and each rule. */
    private static String readOrder(JsonObjectReader reader) {
        String id = reader.requiredText("id");
        reader.texts("tags");
        reader.textMap("labels");
        reader.integers("codes");
        reader.duration("timeout");
        reader.instant("since");
        reader.isSet("urgent");
        reader.isMarked("all");
        reader.constant("unit", TimeUnit.class);
        reader.object("anything");
        reader.any("value");
        JsonNode range = reader.any("status");
        if (range != null && range.isObject()) {
            reader.object("status", DocumentModelTest::readRange);
        } else {
            reader.integer("status");
        }
        reader.exactlyOneOf("cash", "card");
        reader.text("cash");
        reader.text("card");
        if (reader.has("token")) {
            reader.text("token");
        } else {
            reader.requiredText("key");
        }
        if (reader.isSet("signed")) {
            reader.requiredText("signature");
        }
        reader.objects("parts", DocumentModelTest::readPart);
        reader.document("range", json -> JsonObjectReader.read("range", json, DocumentModelTest::readRange));
        return id;
    }

    private static String readRange(JsonObjectReader reader) {
        return reader.requiredInteger("from") + " to " + reader.requiredInteger("to");
    }

    /** An object that contains itself, and whose members depend on its type. */
    private static @Nullable String readPart(JsonObjectReader reader) {
        String type = reader.requiredOneOf("type", List.of("screw", "box"));
        reader.text("label");
        if (type == null) {
            reader.acceptUnreadMembers();
            return null;
        }
        if (type.equals("box")) {
            reader.requireElement("parts");
            reader.objects("parts", DocumentModelTest::readPart);
        } else {
            reader.requiredInteger("length");
            reader.exclude("parts", "a screw has no parts");
        }
        return type;
    }

    private static MemberModel member(ObjectModel object, String name) {
        return object.members().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not among " + object.members()));
    }

    private static List<ValueModel> values(String name) {
        return member(MODEL.object(MODEL.root()), name).values();
    }

    @Test
    void typesAreThoseThatTheReaderAsksFor() {
        assertThat(values("id")).containsExactly(ValueModel.of(ValueType.TEXT, Arrangement.SINGLE));
        assertThat(values("tags")).containsExactly(ValueModel.of(ValueType.TEXT, Arrangement.LIST));
        assertThat(values("labels")).containsExactly(ValueModel.of(ValueType.TEXT, Arrangement.MAP));
        assertThat(values("codes")).containsExactly(ValueModel.of(ValueType.INTEGER, Arrangement.LIST));
        assertThat(values("timeout")).containsExactly(ValueModel.of(ValueType.DURATION, Arrangement.SINGLE));
        assertThat(values("since")).containsExactly(ValueModel.of(ValueType.INSTANT, Arrangement.SINGLE));
        assertThat(values("urgent")).containsExactly(ValueModel.of(ValueType.FLAG, Arrangement.SINGLE));
        assertThat(values("all")).containsExactly(ValueModel.of(ValueType.MARKER, Arrangement.SINGLE));
        assertThat(values("anything")).containsExactly(ValueModel.of(ValueType.FREE_OBJECT, Arrangement.SINGLE));
        assertThat(values("value")).containsExactly(ValueModel.of(ValueType.ANY, Arrangement.SINGLE));
        assertThat(values("unit").get(0).choices()).contains("SECONDS", "DAYS");
    }

    @Test
    void aMemberWithSeveralTypesHasThemAll() {
        assertThat(values("status"))
                .extracting(ValueModel::type)
                .containsExactlyInAnyOrder(ValueType.INTEGER, ValueType.FREE_OBJECT);
        assertThat(values("status")).extracting(ValueModel::object).anyMatch(id -> id.endsWith(".readRange"));
    }

    @Test
    void rulesAreDerived() {
        ObjectModel order = MODEL.object(MODEL.root());
        assertThat(member(order, "id").isRequired()).isTrue();
        assertThat(member(order, "tags").isRequired()).isFalse();
        assertThat(order.exclusive()).containsExactly(new Exclusive(List.of("cash", "card"), true));
        assertThat(member(order, "key").unless()).containsExactly("token");
        assertThat(member(order, "signature").with()).containsExactly("signed");
        assertThat(member(order, "signature").requiredWith()).containsExactly("signed");
    }

    @Test
    void variantsHaveTheirMembers() {
        ObjectModel part = MODEL.objects().values().stream()
                .filter(object -> object.id().endsWith(".readPart"))
                .findFirst()
                .orElseThrow();
        assertThat(part.discriminator()).isEqualTo("type");
        assertThat(member(part, "type").isRequired()).isTrue();
        assertThat(part.variants().keySet()).containsExactly("screw", "box");
        assertThat(part.variants().get("screw").members())
                .extracting(MemberModel::name)
                .containsExactly("length");
        MemberModel nested = member(part.variants().get("box"), "parts");
        assertThat(nested.isNotEmpty()).isTrue();
        assertThat(nested.values()).containsExactly(ValueModel.object(part.id(), Arrangement.LIST));
    }

    @Test
    void methodsThatReadAMemberAreKnown() {
        assertThat(member(MODEL.object(MODEL.root()), "id").readers())
                .singleElement()
                .asString()
                .matches(DocumentModelTest.class.getName() + ":[0-9]+");
    }

    @Test
    void aHeaderShowsTheOtherMembers() {
        DocumentModel versioned = DocumentModel.of(
                json -> JsonObjectReader.read("versioned", json, reader -> {
                    JsonNode version = reader.any("version");
                    return version == null || version.intValue() != 2 ? null : reader.text("name");
                }),
                JsonNodeFactory.instance.objectNode().put("version", 2));
        ObjectModel root = versioned.object(versioned.root());
        assertThat(member(root, "name").values()).hasSize(1);
        assertThat(member(root, "version").values().get(0).choices()).containsExactly("2");
    }

    @Test
    void aMethodWithoutReaderIsRejected() {
        assertThatThrownBy(() -> DocumentModel.of(json -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not read a document");
    }

    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(JsonSchemaWriter.schema(
                            "https://schema.example/order.json",
                            "Order",
                            MODEL,
                            (object, member) -> "The " + member.name())
                    .toString());

    private static boolean isAccepted(String json) {
        try {
            parse(JsonSupport.parse(json));
            return true;
        } catch (InvalidDefinitionException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id': 'a', 'key': 'k', 'cash': 'x'}",
                "{'id': 'a', 'token': 't', 'card': 'x', 'tags': ['a'], 'labels': {'b': 'c'}, 'codes': [1]}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'timeout': 'PT5M', 'since': '2026-01-31T12:00:00Z', 'urgent': false}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'all': true, 'unit': 'days', 'anything': {'a': 1}, 'value': null}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'status': 200}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'status': {'from': 200, 'to': 299}, 'range': {'from': 1, 'to': 2}}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'signed': true, 'signature': 's'}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'parts': [{'type': 'screw', 'length': 1, 'label': 'l'}]}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'parts': [{'type': 'box', 'parts': [{'type': 'box'}]}]}",
            })
    void theSchemaAcceptsWhatTheReaderAccepts(String json) {
        String document = json.replace('\'', '"');
        assertThat(isAccepted(document)).isTrue();
        assertThat(SCHEMA.validate(document, InputFormat.JSON)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'key': 'k', 'cash': 'x'}",
                "{'id': 'a', 'cash': 'x'}",
                "{'id': 'a', 'key': 'k'}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'card': 'y'}",
                "{'id': 1, 'key': 'k', 'cash': 'x'}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'misspelt': 1}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'tags': 'a'}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'all': false}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'unit': 'weeks'}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'timeout': '5 minutes'}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'status': {'from': 200}}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'status': '200'}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'range': {'from': 1, 'to': 2, 'step': 3}}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'parts': [{'label': 'x'}]}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'parts': [{'type': 'screw'}]}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'parts': [{'type': 'screw', 'length': 1, 'parts': []}]}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'parts': [{'type': 'box', 'parts': []}]}",
                "{'id': 'a', 'key': 'k', 'cash': 'x', 'parts': [{'type': 'box', 'parts': [{'type': 'bag'}]}]}",
            })
    void theSchemaRejectsWhatTheReaderRejects(String json) {
        String document = json.replace('\'', '"');
        assertThat(isAccepted(document)).isFalse();
        assertThat(SCHEMA.validate(document, InputFormat.JSON)).isNotEmpty();
    }

    @Test
    void theSchemaHasTheMeanings() {
        JsonNode schema = JsonSchemaWriter.schema(
                "https://schema.example/order.json", "Order", MODEL, (object, member) -> "The " + member.name());
        assertThat(schema.at("/properties/id/description").asText()).isEqualTo("The id");
        assertThat(schema.at("/title").asText()).isEqualTo("Order");
        assertThat(schema.at("/$defs").properties())
                .extracting(Map.Entry::getKey)
                .contains("DocumentModelTest.readPart");
        assertThat(Set.of("https://json-schema.org/draft/2020-12/schema"))
                .contains(schema.path("$schema").asText());
    }
}
