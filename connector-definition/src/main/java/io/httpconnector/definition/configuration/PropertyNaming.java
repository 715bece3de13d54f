package io.httpconnector.definition.configuration;

import io.httpconnector.auth.definition.InputNaming;

/**
 * Names inputs in messages by the properties of their connection.
 *
 * @param connection the name of the property of the connection
 */
record PropertyNaming(String connection) implements InputNaming {

    @Override
    public String name(String input, boolean isSecret) {
        return connection + (isSecret ? ".secrets." : ".values.") + PropertyNames.withHyphens(input);
    }

    @Override
    public String advice(String input, boolean isSecret) {
        return "set the property " + name(input, isSecret) + (isSecret ? ", or add a SecretSource that has it" : "");
    }
}
