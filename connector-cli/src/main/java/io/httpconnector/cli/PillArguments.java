package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import java.util.Map;

/** Converts arguments such as {@code order.id=42} to the values of a request. */
final class PillArguments {

    private PillArguments() {}

    /**
     * Adds arguments to values.
     *
     * @param arguments the values by path; a path that ends with a colon has a value in JSON
     * @throws CommandException if an argument is malformed, or contradicts another one
     */
    static Pills pills(ObjectNode values, Map<String, String> arguments) {
        ObjectNode all = values.deepCopy();
        arguments.forEach((path, text) -> {
            boolean isJson = path.endsWith(":");
            String name = isJson ? path.substring(0, path.length() - 1) : path;
            put(all, name, isJson ? json(name, text) : JsonNodeFactory.instance.textNode(text));
        });
        Pills pills = Pills.none();
        for (Map.Entry<String, JsonNode> step : all.properties()) {
            pills = pills.and(step.getKey(), step.getValue());
        }
        return pills;
    }

    private static JsonNode json(String name, String text) {
        try {
            return JsonSupport.parse(text);
        } catch (InvalidDefinitionException e) {
            throw new CommandException(
                    ExitCode.USAGE, "--pill " + name + ":=...: the value is not JSON; without the colon, it is a text");
        }
    }

    private static void put(ObjectNode all, String path, JsonNode value) {
        String[] names = path.split("\\.", -1);
        ObjectNode object = all;
        for (int i = 0; i < names.length; i++) {
            if (names[i].isEmpty()) {
                throw new CommandException(ExitCode.USAGE, "--pill " + path + ": write it such as order.id=42");
            }
            if (i == names.length - 1) {
                object.set(names[i], value);
            } else {
                if (!object.has(names[i])) {
                    object.putObject(names[i]);
                }
                if (!(object.get(names[i]) instanceof ObjectNode child)) {
                    throw new CommandException(
                            ExitCode.USAGE, "--pill " + path + ": \"" + names[i] + "\" is a value, not an object");
                }
                object = child;
            }
        }
    }
}
