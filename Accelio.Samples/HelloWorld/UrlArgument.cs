using System.CommandLine.Parsing;

namespace Accelio.Samples.HelloWorld;

/// <summary>Reads a URL from the command line.</summary>
internal static class UrlArgument
{
    /// <summary>The URL, or an error that says what one looks like.</summary>
    public static Uri? Parse(ArgumentResult argument)
    {
        if (Uri.TryCreate(argument.Tokens[0].Value, UriKind.Absolute, out var url))
        {
            return url;
        }

        argument.AddError($"'{argument.Tokens[0].Value}' is not a URL; write it as tcp://127.0.0.1:2061.");
        return null;
    }
}
