package io.httpconnector.auth.definition;

/**
 * Names inputs in messages as the users of an application set them, for example by properties or options. Implementations are
 * thread-safe.
 */
public interface InputNaming {

    /**
     * Returns the name of an input in messages.
     *
     * @param input the name in the definition
     * @param isSecret whether it is a secret
     * @return the name, such as {@code connectors.connections.shop.values.url}
     */
    String name(String input, boolean isSecret);

    /**
     * Returns how a missing input is set, as the end of a message.
     *
     * @param input the name in the definition
     * @param isSecret whether it is a secret
     * @return the advice, such as {@code set the property connectors.connections.shop.values.url}
     */
    String advice(String input, boolean isSecret);
}
