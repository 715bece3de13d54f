package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The settings ({@code protocolProfileBehavior}) of a request in a Postman collection, with those that it inherits. Immutable.
 *
 * @param members the settings by name
 */
record PostmanSettings(ObjectNode members) {

    /** Settings whose value true is that of every connection. */
    private static final Set<String> TRUE_BY_DEFAULT = Set.of("followRedirects", "strictSSL");

    static PostmanSettings none() {
        return new PostmanSettings(JsonNodeFactory.instance.objectNode());
    }

    /** Returns the settings with those of a folder or request. */
    PostmanSettings within(JsonNode item) {
        ObjectNode merged = members.deepCopy();
        if (item.path("protocolProfileBehavior") instanceof ObjectNode own) {
            merged.setAll(own);
        }
        return new PostmanSettings(merged);
    }

    /** Returns whether methods such as GET have a body, too. */
    boolean keepsBody() {
        return members.path("disableBodyPruning").asBoolean();
    }

    /** Returns the settings that can't be imported and differ from the behaviour of a connection. */
    List<String> unsupported() {
        List<String> all = new ArrayList<>();
        members.properties().forEach(setting -> {
            String name = setting.getKey();
            JsonNode value = setting.getValue();
            boolean isDefault = value.isBoolean()
                    ? value.asBoolean() == TRUE_BY_DEFAULT.contains(name)
                    : value.isNull() || (value.isContainerNode() && value.isEmpty());
            if (!isDefault && !name.equals("disableBodyPruning")) {
                all.add("the setting " + name + " of Postman, " + value + ", is not imported");
            }
        });
        return all;
    }
}
