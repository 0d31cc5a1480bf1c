using System.Runtime.CompilerServices;

// Every signature is blittable: the generated calls are plain calls, and trimming and ahead-of-time compilation need no marshalling code.
[assembly: DisableRuntimeMarshalling]
